import { makeDemoPools } from '@speedfog/forge/demo-pools'
import { makeGraph } from '@speedfog/forge/make-graph'
import { demoPools } from '@speedfog/forge/pools'
import type { PoolName } from '@speedfog/forge/pools'
import { createWriteStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

const CHUNK = Buffer.alloc(1024 * 1024)

/** Makes the demo pools in a folder, each of those named with one seed of that many MiB and no other; returns the files. */
export async function make(
	folder: string,
	sizes: Partial<Record<PoolName, number>>,
): Promise<Partial<Record<PoolName, string>>> {
	await makeDemoPools(folder, { seedsPerPool: 1 })
	const files: Partial<Record<PoolName, string>> = {}
	for (const [pool, mebibytes] of Object.entries(sizes) as [PoolName, number][]) {
		const inside = join(folder, pool)
		for (const file of await readdir(inside)) if (file.endsWith('.zip')) await rm(join(inside, file))
		files[pool] = join(inside, 'seed_big.zip')
		await write(files[pool], { pool, mebibytes })
	}
	return files
}

async function write(
	file: string,
	{ pool, mebibytes }: { pool: PoolName; mebibytes: number },
): Promise<void> {
	const zip = new ZipFile()
	const graph = JSON.stringify(makeGraph(1, demoPools[pool]))
	zip.addBuffer(Buffer.from(graph), 'speedfog_big/graph.json')
	const size = mebibytes * CHUNK.length
	const content = Readable.from(
		(function* () {
			for (let made = 0; made < mebibytes; made++) yield CHUNK
		})(),
	)
	zip.addReadStream(content, 'speedfog_big/mods/content.bin', { compress: false, size })
	zip.end()
	await pipeline(zip.outputStream, createWriteStream(file))
}
