import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BadZip } from '#packs/packs.ts'
import { readSeedZip } from './seed-zip.ts'

export const MISNAMED = 'its name is not seed_<slug>.zip'

const SEED_FILE = /^seed_([A-Za-z0-9_-]{1,64})\.zip$/

/** What a scan would say of a pool's file: why it rejects it, or what is odd about it. */
export async function check(
	folder: string,
	file: string,
): Promise<{ rejected: string } | { warnings: string[] }> {
	if (slugOf(file) === undefined) return { rejected: MISNAMED }
	try {
		await statFile(join(folder, file))
		const { warnings } = await readSeedZip(join(folder, file))
		return { warnings }
	} catch (error) {
		return { rejected: reasonOf(error) }
	}
}

export async function statFile(path: string): Promise<Stats> {
	const found = await stat(path)
	// Whoever opens a pipe waits for its other end.
	if (!found.isFile()) throw new BadZip('it is no file')
	return found
}

/** What stands for the seed in its file's name; undefined for a name that could lead anywhere else. */
export function slugOf(file: string): string | undefined {
	return SEED_FILE.exec(file)?.[1]
}

/** A file that cannot be read is its own problem, not the scan's; a bug is still a bug. */
export function reasonOf(error: unknown): string {
	if (error instanceof BadZip) return error.message
	const { code, syscall } = error as NodeJS.ErrnoException
	if (code !== undefined && syscall !== undefined) return `it cannot be read (${code})`
	throw error
}
