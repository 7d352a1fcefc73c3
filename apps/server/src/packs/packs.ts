import { createHash } from 'node:crypto'
import { open as openFile, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { pour } from './pour.ts'
import type { Bytes } from './pour.ts'
import { BadZip, readDirectory } from './read-directory.ts'
import { splice } from './splice.ts'
import type { Spliced } from './splice.ts'

export { conditional } from './conditional.ts'
export { raceConfig } from './race-config.ts'
export { BadZip, readDirectory, readExactly } from './read-directory.ts'
export type { ZipEntry } from './read-directory.ts'
export type { Bytes } from './pour.ts'

/** An open stored zip with one run's config inside. Either `send` or `close` must be called. */
export type Pack = { handle: FileHandle; spliced: Spliced; sizeBytes: number; etag: string }

export type Opened = { state: 'ready'; pack: Pack } | { state: 'gone' } | { state: 'damaged'; reason: string }

/** The same zip, config and time always give the same bytes; the file stays open between look and send. */
export async function open(
	file: string,
	{ toml, createdAt }: { toml: string; createdAt: Date },
): Promise<Opened> {
	const handle = await openFile(file, 'r').catch(ignoreMissing)
	if (!handle) return { state: 'gone' }
	try {
		const { size, mtimeMs } = await handle.stat()
		const directory = await readDirectory(handle, size)
		const content = Buffer.from(toml)
		const spliced = splice(directory, { name: 'lib/speedfog_race.toml', content, modifiedAt: createdAt })
		const etag = tag(content, size, mtimeMs)
		return {
			state: 'ready',
			pack: { handle, spliced, sizeBytes: spliced.keepBytes + spliced.tail.length, etag },
		}
	} catch (error) {
		await handle.close()
		if (error instanceof BadZip) return { state: 'damaged', reason: error.message }
		throw error
	}
}

export async function exists(file: string): Promise<boolean> {
	return (await stat(file).catch(ignoreMissing)) !== undefined
}

/** Sends part or all of it and closes the file in any case; rejects when not all of it went out. */
export async function send(pack: Pack, bytes: Bytes, into: Writable): Promise<void> {
	try {
		await pour(pack.handle, pack.spliced, { bytes, into })
	} finally {
		await pack.handle.close()
	}
}

export async function close(pack: Pack): Promise<void> {
	await pack.handle.close()
}

/** A name that every system takes. */
export function fileName(userName: string, slug: string): string {
	return `speedfog_training_${plain(userName)}_${plain(slug)}.zip`
}

function plain(text: string): string {
	return text.replace(/[^A-Za-z0-9_-]/g, '_')
}

function tag(content: Buffer, sizeBytes: number, mtimeMs: number): string {
	const hash = createHash('sha256').update(content).update(`\n${sizeBytes} ${mtimeMs}`)
	return `"${hash.digest('hex').slice(0, 32)}"`
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
	if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
	throw error
}
