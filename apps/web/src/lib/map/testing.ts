import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeGraph } from '@speedfog/forge/make-graph'
import { demoPools } from '@speedfog/forge/pools'
import { readZip } from '@speedfog/forge/testing'
import { readGraph, type MapGraph } from './graph.ts'

export type NamedGraph = { name: string; graph: MapGraph }

/** One seed of each pool of the real generator, for whoever has some beside the project, and of our own. */
export function seedGraphs(): NamedGraph[] {
	const folder = join(import.meta.dirname, '../../../../../../shared/seeds')
	const pools = existsSync(folder) ? readdirSync(folder) : []
	const files = pools.flatMap((pool) => {
		const seed = readdirSync(join(folder, pool)).find((name) => name.endsWith('.zip'))
		return seed ? join(pool, seed) : []
	})
	const real = files.map((name) => {
		const zip = readZip(readFileSync(join(folder, name)))
		const path = [...zip.keys()].find((each) => each.endsWith('graph.json')) ?? ''
		return { name, graph: readGraph(JSON.parse(zip.get(path) ?? '')) }
	})
	const demo = Object.entries(demoPools).map(([name, pool]) => ({
		name: `a demo ${name}`,
		graph: readGraph(makeGraph(1, pool)),
	}))
	return [...real, ...demo]
}
