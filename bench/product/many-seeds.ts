import { makeGraph } from '@speedfog/forge/make-graph'
import { demoPools } from '@speedfog/forge/pools'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

/** So many are made; the others are copies by other names. */
const DIFFERENT = 20

/** A pool of seeds with a graph each, as large as real ones, and so many empty files in the place of the game's. */
export async function make(
	folder: string,
	{ seeds, files }: { seeds: number; files: number },
): Promise<void> {
	mkdirSync(folder, { recursive: true })
	writeFileSync(join(folder, 'config.toml'), '[display]\ntype = "training"\n')
	const fileOf = (seed: number) => join(folder, `seed_${seed}.zip`)
	for (let seed = 0; seed < seeds; seed++) {
		if (seed < DIFFERENT) writeFileSync(fileOf(seed), await write(seed, files))
		else copyFileSync(fileOf(seed % DIFFERENT), fileOf(seed))
	}
}

function write(number: number, files: number): Promise<Buffer> {
	const zip = new ZipFile()
	const graph = JSON.stringify(makeGraph(number, demoPools.training_standard), null, 2)
	zip.addBuffer(Buffer.from(graph), 'speedfog/graph.json')
	for (let file = 0; file < files; file++)
		zip.addBuffer(Buffer.alloc(0), `speedfog/mods/fogmod/map/mapstudio/m60_${file}_00_00.msb.dcx`)
	zip.end()
	return buffer(zip.outputStream)
}
