import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { median } from './figures.ts'

const WRITES = 100
const PAGE_BYTES = 8_192

/** What it costs to have a page of a database on this disk for good, in ms. */
export async function fsyncMs(folder: string): Promise<number> {
	const path = join(folder, 'fsync')
	const file = await open(path, 'w')
	const page = Buffer.alloc(PAGE_BYTES)
	const taken: number[] = []
	for (let write = 0; write < WRITES; write++) {
		const startedMs = performance.now()
		await file.write(page, 0, PAGE_BYTES, 0)
		await file.datasync()
		taken.push(performance.now() - startedMs)
	}
	await file.close()
	await rm(path)
	return median(taken)
}
