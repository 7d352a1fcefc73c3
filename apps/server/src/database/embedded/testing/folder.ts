import { execFileSync } from 'node:child_process'
import { cp, lstat, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '#log.ts'
import * as embedded from '../../embedded.ts'
import * as binaries from '../binaries.ts'
import type { Binaries } from '../binaries.ts'

/** A finished data folder to copy from: making one takes a second, and most tests are not about that. */
export async function makeTemplate(): Promise<string> {
	const dataDir = await emptyFolder()
	const postgres = await embedded.start({ dataDir, log: silentLog, isDurable: false })
	await postgres.stop()
	return dataDir
}

export async function copyOf(template: string): Promise<string> {
	const dataDir = await emptyFolder()
	execFileSync('cp', ['-a', join(template, 'postgres'), dataDir])
	return dataDir
}

export function emptyFolder(): Promise<string> {
	return mkdtemp(join(tmpdir(), 'speedfog-embedded-'))
}

export async function remove(folder: string): Promise<void> {
	await rm(folder, { recursive: true, force: true })
}

/** PostgreSQL's programs as an installation without install scripts leaves them, below `parent`. */
export async function withoutLinks(parent: string): Promise<Binaries> {
	const shipped = (await binaries.find())!
	const folder = join(parent, 'programs')
	const isNoLink = async (path: string) => !(await lstat(path)).isSymbolicLink()
	await cp(shipped.folder, folder, { recursive: true, filter: isNoLink })
	return { ...shipped, folder }
}
