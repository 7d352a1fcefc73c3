import { createHash } from 'node:crypto'
import { chown, mkdir, mkdtemp, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '#log.ts'
import { completeLinks, copyTo, program } from './binaries.ts'
import type { Binaries } from './binaries.ts'
import { giveTo, ownerOf } from './data-folder.ts'
import { Refused } from '#refused.ts'
import { candidates, runSync } from './runner.ts'
import type { Runner } from './runner.ts'

/** Where the database lies, who runs it and with which programs. */
export type Place = { folder: string; runner: Runner; binaries: Binaries }

/** Names, in DATA_DIR, the place that was taken instead: an empty database elsewhere must never replace it. */
const MOVED_TO = 'postgres-location'

/**
 * Finds a runner that reaches the data folder and the programs. As root that may need another place than DATA_DIR
 * (the user that PostgreSQL runs as cannot enter every folder root can); it is remembered.
 */
export async function settle(
	dataDir: string,
	{ binaries, elsewhere, log }: { binaries: Binaries; elsewhere: readonly string[]; log: Log },
): Promise<Place> {
	const movedTo = await known(dataDir)
	if (movedTo !== dataDir) {
		log.info({ folder: movedTo }, 'the database lies outside DATA_DIR, as at its first start')
		return required(await tryPlace(movedTo, binaries, log), movedTo)
	}
	const here = await tryPlace(dataDir, binaries, log)
	if (here || (await ownerOf(join(dataDir, 'postgres')))) return required(here, dataDir)
	if (process.getuid?.() !== 0) return required(undefined, dataDir)
	const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
	for (const parent of elsewhere) {
		const folder = join(parent, name)
		const place = await tryPlace(folder, binaries, log)
		if (!place) continue
		await writeFile(join(dataDir, MOVED_TO), `${folder}\n`)
		log.warn({ folder }, `PostgreSQL's user cannot reach ${dataDir}: the database lies in ${folder} instead`)
		return place
	}
	return required(undefined, dataDir)
}

/** The folder that was settled on before. */
export async function known(dataDir: string): Promise<string> {
	return (await readFile(join(dataDir, MOVED_TO), 'utf8').catch(() => '')).trim() || dataDir
}

async function tryPlace(folder: string, binaries: Binaries, log: Log): Promise<Place | undefined> {
	await mkdir(folder, { recursive: true })
	const data = join(folder, 'postgres')
	const owner = (await ownerOf(data)) ?? (await ownerOf(folder))
	for (const runner of candidates(owner)) {
		if (!(await reaches(runner, folder, data))) continue
		const usable = await usableBinaries(runner, folder, binaries, log)
		if (usable) return { folder, runner, binaries: usable }
	}
	return undefined
}

async function reaches(runner: Runner, folder: string, data: string): Promise<boolean> {
	const owner = await ownerOf(data)
	if (owner) {
		if (runner.owner && runner.owner.uid !== owner.uid) await giveTo(runner.owner, data)
		return canWrite(runner, data)
	}
	const probe = await mkdtemp(join(folder, 'postgres.probe-')).catch(() => undefined)
	if (probe === undefined) return false
	if (runner.owner) await chown(probe, runner.owner.uid, runner.owner.gid)
	const reached = canWrite(runner, probe)
	await rmdir(probe)
	return reached
}

function canWrite(runner: Runner, folder: string): boolean {
	if (process.platform === 'win32') return true
	return runSync(runner, ['sh', '-c', 'test -r "$1" && test -w "$1" && test -x "$1"', 'sh', folder]).ok
}

/** The package's own programs where they run, else a copy beside the data. */
async function usableBinaries(
	runner: Runner,
	folder: string,
	binaries: Binaries,
	log: Log,
): Promise<Binaries | undefined> {
	const complete = await completeLinks(binaries)
	if (complete && runs(runner, binaries)) return binaries
	const copy = await copyTo(folder, binaries)
	if (runner.owner) await giveTo(runner.owner, copy.folder)
	if (!runs(runner, copy)) return undefined
	log.info({ folder: copy.folder }, 'PostgreSQL runs from a copy of its programs')
	return copy
}

function runs(runner: Runner, binaries: Binaries): boolean {
	return runSync(runner, [program(binaries, 'postgres'), '--version']).ok
}

async function required(place: Place | undefined, dataDir: string): Promise<Place> {
	if (place) return place
	const owner = await ownerOf(join(dataDir, 'postgres'))
	const uid = process.getuid?.()
	if (uid !== 0 && owner && owner.uid !== uid)
		throw new Refused(
			`${join(dataDir, 'postgres')} belongs to user ${owner.uid} and this server runs as user ${uid}: start it as that user, or give the folder to this one (chown -R ${uid}).`,
		)
	throw new Refused(
		uid === 0
			? `PostgreSQL refuses to run as root and no other user reaches ${dataDir}: start the server as an ordinary user, set DATA_DIR to a folder others may enter, or set DATABASE_URL.`
			: `PostgreSQL cannot run with its data in ${dataDir}: set DATA_DIR to a folder this user may write in, or set DATABASE_URL.`,
	)
}
