import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDemoPools } from '@speedfog/forge/demo-pools'
import type { Log } from '#log.ts'

/** Lies in the folder while pools are made; without it a folder that is not empty is somebody's own. */
const UNFINISHED = '.unfinished'

/** Fills an empty folder with pools that can be played without any generator. Returns whether it did. */
export async function fill(folder: string, log: Log): Promise<boolean> {
	await mkdir(folder, { recursive: true })
	const entries = await readdir(folder)
	if (entries.length > 0 && !entries.includes(UNFINISHED)) return false
	log.info({ folder }, 'making demo pools')
	await writeFile(join(folder, UNFINISHED), '')
	await makeDemoPools(folder)
	await rm(join(folder, UNFINISHED), { force: true })
	return true
}
