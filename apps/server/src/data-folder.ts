import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Refused } from './refused.ts'

/** Makes the folder of DATA_DIR, and what leads to it, where they are not there yet. */
export async function make(dataDir: string): Promise<void> {
	await makeFolder(dataDir).catch((error: NodeJS.ErrnoException) => {
		throw new Refused(
			`DATA_DIR is "${dataDir}" and cannot be made (${error.code}): set it to a folder this user may write in.`,
		)
	})
}

/** Node's own `recursive` tries for ever where the system takes no folders, such as in /proc. */
async function makeFolder(path: string, isParentThere = false): Promise<void> {
	await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
		if (error.code === 'EEXIST' && (await stat(path)).isDirectory()) return
		if (error.code !== 'ENOENT' || isParentThere) throw error
		await makeFolder(dirname(path))
		await makeFolder(path, true)
	})
}
