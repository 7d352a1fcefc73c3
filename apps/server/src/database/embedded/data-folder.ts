import { chown, lchown, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { program } from './binaries.ts'
import type { Binaries } from './binaries.ts'
import { Refused } from '#refused.ts'
import { run } from './runner.ts'
import type { Owner, Runner } from './runner.ts'

const UNFINISHED = 'postgres.unfinished-'
const UNFINISHED_KEPT_MS = 10 * 60_000

/** The data folder below `place`, made if there is none; refuses one that this PostgreSQL cannot open. */
export async function open(
	place: string,
	{ runner, binaries, initdbArgs }: { runner: Runner; binaries: Binaries; initdbArgs: readonly string[] },
): Promise<string> {
	const folder = path(place)
	const entries = await readdir(folder).catch(() => [])
	if (entries.length === 0) await make(place, folder, { runner, binaries, initdbArgs })
	const found = (await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => '')).trim()
	if (found === '')
		throw new Refused(
			`${folder} is not empty and not a PostgreSQL data folder: move it away, or set DATA_DIR to another folder.`,
		)
	if (Number(found) !== binaries.major)
		throw new Refused(
			`${folder} was made by PostgreSQL ${found} and this release has PostgreSQL ${binaries.major}: start the release that made it and take a backup to restore here, or move the folder away to begin with an empty database.`,
		)
	return folder
}

export function path(place: string): string {
	return join(place, 'postgres')
}

/** Whose folder it is; undefined when it does not exist. */
export async function ownerOf(folder: string): Promise<Owner | undefined> {
	return stat(folder).then(
		({ uid, gid }) => ({ uid, gid }),
		() => undefined,
	)
}

/** Gives a folder with all that is in it to another user, as only root can. */
export async function giveTo({ uid, gid }: Owner, folder: string): Promise<void> {
	for (const entry of await readdir(folder, { recursive: true })) await lchown(join(folder, entry), uid, gid)
	await lchown(folder, uid, gid)
}

/** Made under another name and moved when complete: a start that is killed leaves no half-made folder. */
async function make(
	place: string,
	folder: string,
	{ runner, binaries, initdbArgs }: { runner: Runner; binaries: Binaries; initdbArgs: readonly string[] },
): Promise<void> {
	await removeAbandoned(place)
	const unfinished = await mkdtemp(join(place, UNFINISHED))
	try {
		if (runner.owner) await chown(unfinished, runner.owner.uid, runner.owner.gid)
		const command = [program(binaries, 'initdb'), '-D', unfinished, '--username=postgres']
		await finish(runner, [...command, '--locale=C', '--encoding=UTF8', ...initdbArgs], place)
		await rename(unfinished, folder).catch((error: NodeJS.ErrnoException) => {
			// Another server starting at the same time was faster.
			if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
		})
	} finally {
		await rm(unfinished, { recursive: true, force: true })
	}
}

async function removeAbandoned(place: string): Promise<void> {
	for (const name of await readdir(place)) {
		if (!name.startsWith(UNFINISHED)) continue
		const { mtimeMs } = await stat(join(place, name)).catch(() => ({ mtimeMs: Date.now() }))
		if (Date.now() - mtimeMs > UNFINISHED_KEPT_MS)
			await rm(join(place, name), { recursive: true, force: true })
	}
}

async function finish(runner: Runner, command: readonly string[], place: string): Promise<void> {
	const child = run(runner, command, ['ignore', 'pipe', 'pipe'])
	let output = ''
	child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()))
	child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()))
	const code = await new Promise<number | null>((resolve, reject) => {
		child.on('error', reject)
		child.on('close', resolve)
	})
	if (code !== 0)
		throw new Error(`a new database could not be made in ${place}: ${output.trim().slice(-1000)}`)
}
