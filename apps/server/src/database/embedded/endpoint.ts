import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from '../database.ts'
import type { PidFile } from './pid-file.ts'
import type { Runner } from './runner.ts'

/** Where PostgreSQL listens and how to reach it. */
export type Endpoint = {
	connection: Exclude<Connection, string>
	settings: Readonly<Record<string, string>>
	/** Removes what lies outside the data folder. */
	remove(): Promise<void>
}

export const DATABASE = 'speedfog'

// A socket's path must fit in 108 bytes on Linux, in 104 on macOS, the closing zero included.
const LONGEST_PATH_BYTES = 100
const PORT = 5432
const PASSWORD_FILE = 'postgres-password'

/** A socket in the data folder, which only its user can enter, or in a private short one if that path is too long. */
export async function choose(dataFolder: string, place: string, runner: Runner): Promise<Endpoint> {
	// Node knows no such sockets on Windows.
	if (process.platform === 'win32') return onLoopback(await passwordIn(place))
	if (Buffer.byteLength(socketIn(dataFolder)) < LONGEST_PATH_BYTES) return onSocket(dataFolder)
	const folder = await shortFolder(dataFolder, runner)
	return { ...onSocket(folder), remove: () => rm(folder, { recursive: true, force: true }) }
}

/** How to reach the PostgreSQL that an earlier server started; undefined while it has not said where it listens. */
export function ofPredecessor(
	{ port, socketFolder }: PidFile,
	own: Endpoint,
): Endpoint['connection'] | undefined {
	if (port === undefined) return undefined
	if (process.platform === 'win32') return { ...own.connection, port }
	return socketFolder === undefined ? undefined : { ...own.connection, host: socketFolder, port }
}

/** How to reach the PostgreSQL that a server of this place runs, for a process that is not that server. */
export async function ofNeighbour(
	pidFile: PidFile,
	place: string,
): Promise<Endpoint['connection'] | undefined> {
	const login = process.platform === 'win32' ? { password: await passwordIn(place) } : {}
	const own = onSocket(pidFile.socketFolder ?? place)
	return ofPredecessor(pidFile, { ...own, connection: { ...own.connection, host: '127.0.0.1', ...login } })
}

/** Without a password file (not Windows) only the socket's folder keeps others out. */
export async function initdbArgs(place: string): Promise<string[]> {
	if (process.platform !== 'win32') return ['--auth=trust']
	await passwordIn(place)
	return ['--auth=scram-sha-256', `--pwfile=${join(place, PASSWORD_FILE)}`]
}

function onSocket(folder: string): Endpoint {
	return {
		connection: { host: folder, port: PORT, user: 'postgres', database: DATABASE },
		settings: {
			listen_addresses: '',
			port: String(PORT),
			unix_socket_directories: folder,
			unix_socket_permissions: '0700',
		},
		remove: async () => undefined,
	}
}

async function onLoopback(password: string): Promise<Endpoint> {
	const port = await freePort()
	return {
		connection: { host: '127.0.0.1', port, user: 'postgres', password, database: DATABASE },
		settings: { listen_addresses: '127.0.0.1', port: String(port) },
		remove: async () => undefined,
	}
}

function socketIn(folder: string): string {
	return join(folder, `.s.PGSQL.${PORT}`)
}

async function shortFolder(dataFolder: string, { owner }: Runner): Promise<string> {
	const id = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12)
	for (const parent of new Set(['/tmp', tmpdir()])) {
		// The same name each time, so that killed servers do not leave one folder each.
		const folder = join(parent, `speedfog-${id}`)
		if (Buffer.byteLength(socketIn(folder)) >= LONGEST_PATH_BYTES) continue
		if (await makePrivate(folder, owner)) return folder
		const fresh = await mkdtemp(`${folder}-`).catch(() => undefined)
		if (fresh === undefined) continue
		if (owner) await chown(fresh, owner.uid, owner.gid)
		return fresh
	}
	throw new Error('there is no folder with a path short enough for the database socket')
}

/** False when the name is taken by something that is not ours: anybody may write in a folder for temporary files. */
async function makePrivate(folder: string, owner: Runner['owner']): Promise<boolean> {
	try {
		await mkdir(folder, { mode: 0o700 })
		if (owner) await chown(folder, owner.uid, owner.gid)
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false
	}
	const found = await lstat(folder)
	if (!found.isDirectory() || found.uid !== (owner?.uid ?? process.getuid?.())) return false
	await chmod(folder, 0o700)
	return true
}

async function passwordIn(place: string): Promise<string> {
	const file = join(place, PASSWORD_FILE)
	const known = await readFile(file, 'utf8').catch(() => undefined)
	if (known !== undefined) return known.trim()
	const password = randomBytes(32).toString('base64url')
	await writeFile(file, password, { mode: 0o600 })
	return password
}

async function freePort(): Promise<number> {
	const server = createServer()
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	const { port } = server.address() as AddressInfo
	await new Promise((resolve) => server.close(resolve))
	return port
}
