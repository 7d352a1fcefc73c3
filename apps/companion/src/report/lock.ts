import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'

/** Held until it is released or its process ends, however it ends. */
export type Lock = { release(): void }

/**
 * Makes sure that one process alone uses a file; null where another one does. A name is listened at, since the system
 * takes it back from the dead, and a lock file would stay.
 */
export function lock(file: string): Promise<Lock | null> {
	const place = nameOf(file)
	if (place === null) return Promise.resolve({ release() {} })
	const server = createServer((socket) => socket.destroy())
	return new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'EADDRINUSE') resolve(null)
			else reject(error)
		})
		server.listen(place, () => {
			server.unref()
			resolve({ release: () => void server.close() })
		})
	})
}

/** Names that no file stands for: Linux marks them by a zero. Null where there are none. */
function nameOf(file: string): string | null {
	const path = join(realpathSync(dirname(file)), basename(file))
	// To Windows a folder is the same however it is spelt.
	const name = process.platform === 'win32' ? path.toLowerCase() : path
	const hash = createHash('sha256').update(name).digest('hex').slice(0, 32)
	switch (process.platform) {
		case 'linux':
			return `\0speedfog-companion-${hash}`
		case 'win32':
			return `\\\\.\\pipe\\speedfog-companion-${hash}`
		default:
			return null
	}
}
