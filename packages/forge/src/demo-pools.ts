import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { makeGraph } from './make-graph.ts'
import { makePack } from './make-pack.ts'
import type { PoolName } from './pools.ts'
import { demoPools } from './pools.ts'
import { slugOf } from './slug.ts'

type Counts = Record<PoolName, number>
export type DemoPoolProgress = { pool: PoolName; made: number; of: number }

const DEFAULT_COUNTS: Counts = { training_sprint: 12, training_standard: 8, training_marathon: 5 }
/** Seeds of different pools have different numbers, so that no slug is in two pools. */
const FIRST_NUMBER: Counts = { training_sprint: 1, training_standard: 10_001, training_marathon: 20_001 }

/**
 * Fills `dir` with the demo pools. A pool that has its config.toml is left alone; one that was interrupted is
 * finished. Every file appears complete or not at all, and config.toml last, so that no half pool is loaded.
 */
export async function makeDemoPools(
	dir: string,
	options: {
		seedsPerPool?: number | Partial<Counts>
		onProgress?: (progress: DemoPoolProgress) => void
	} = {},
): Promise<void> {
	const { seedsPerPool = {}, onProgress } = options
	for (const pool of Object.keys(demoPools) as PoolName[]) {
		const count =
			typeof seedsPerPool === 'number' ? seedsPerPool : (seedsPerPool[pool] ?? DEFAULT_COUNTS[pool])
		await makePool(dir, pool, count, (made) => onProgress?.({ pool, made, of: count }))
	}
}

/** The number of a pool's demo seed, counted from 0. */
export function seedNumber(pool: PoolName, index: number): number {
	return FIRST_NUMBER[pool] + index
}

async function makePool(
	dir: string,
	pool: PoolName,
	count: number,
	onSeed: (made: number) => void,
): Promise<void> {
	const folder = join(dir, pool)
	const config = join(folder, 'config.toml')
	if (await exists(config)) return
	await mkdir(folder, { recursive: true })
	await removeLeftovers(folder)
	for (let index = 0; index < count; index++) {
		const number = seedNumber(pool, index)
		const slug = slugOf(number)
		const path = join(folder, `seed_${slug}.zip`)
		if (!(await exists(path)))
			await writeWhole(path, await makePack(slug, makeGraph(number, demoPools[pool])))
		onSeed(index + 1)
	}
	await writeWhole(config, stringify(demoPools[pool]))
}

/** Written beside its place and moved there: whoever looks sees the whole file or none. */
async function writeWhole(path: string, content: string | Buffer): Promise<void> {
	const unfinished = `${path}.${process.pid}.part`
	const file = await open(unfinished, 'w')
	try {
		await file.writeFile(content)
		await file.sync()
	} finally {
		await file.close()
	}
	await rename(unfinished, path)
}

/** Removes what an interrupted process left, but not what another one is writing. */
async function removeLeftovers(folder: string): Promise<void> {
	for (const name of await readdir(folder)) {
		const pid = /\.(\d+)\.part$/.exec(name)?.[1]
		if (pid && !isOtherProcess(Number(pid))) await rm(join(folder, name), { force: true })
	}
}

function isOtherProcess(pid: number): boolean {
	if (pid === process.pid) return false
	try {
		process.kill(pid, 0)
		return true
	} catch (error) {
		// EPERM: it lives, but belongs to another user.
		return (error as NodeJS.ErrnoException).code === 'EPERM'
	}
}

async function exists(path: string): Promise<boolean> {
	try {
		await stat(path)
		return true
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
		throw error
	}
}
