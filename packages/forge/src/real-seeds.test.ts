import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readGraph } from '@speedfog/core/graph/read-graph'
import { describe, expect, it } from 'vitest'
import type { GraphJson, NodeJson } from './graph-json.ts'
import { makeGraph } from './make-graph.ts'
import { demoPools } from './pools.ts'
import { readZip } from './testing.ts'

/** Seeds of the real generator, for whoever has some: laid out like a seed folder, beside the project. */
const realSeeds = fileURLToPath(new URL('../../../../shared/seeds', import.meta.url))

/** What a seed looks like, in numbers that do not depend on its length, and how near ours must come. */
const features: Record<string, { of: (graph: GraphJson) => number; within: number }> = {
	'edges per node': { of: (graph) => graph.edges.length / nodes(graph).length, within: 0.1 },
	'zones per node': { of: (graph) => graph.total_zones / nodes(graph).length, within: 0.2 },
	'nodes per layer': { of: (graph) => nodes(graph).length / graph.total_layers, within: 0.2 },
	'share of layers four wide': { of: shareOfFullLayers, within: 0.1 },
	'share of nodes with one exit': { of: share((node) => node.exits.length === 1), within: 0.1 },
	'share of nodes with three exits or more': { of: share((node) => node.exits.length > 2), within: 0.1 },
	'share of nodes with one entrance': { of: share((node) => node.entrances.length === 1), within: 0.1 },
	'share of crowded entrances': { of: share((node) => node.entrances.length > 2), within: 0.1 },
	'share of bosses': { of: share((node) => node.boss_name !== undefined), within: 0.12 },
	'share of mini dungeons': { of: share((node) => node.type === 'mini_dungeon'), within: 0.1 },
	'share of legacy dungeons': { of: share((node) => node.type === 'legacy_dungeon'), within: 0.1 },
	'kilobytes per node': {
		of: (graph) => JSON.stringify(graph).length / 1000 / nodes(graph).length,
		within: 0.2,
	},
	'paths, as the mean factor per layer': { of: pathFactor, within: 0.2 },
}

describe.skipIf(!existsSync(realSeeds)).each(['training_sprint', 'training_standard'] as const)(
	'%s',
	(pool) => {
		it.each(Object.keys(features))('has about the same %s as real seeds', (name) => {
			const { of, within } = features[name] as (typeof features)[string]
			const real = mean(readRealGraphs(pool).map(of))
			const ours = mean(Array.from({ length: 60 }, (_, number) => of(makeGraph(number, demoPools[pool]))))
			expect(Math.abs(ours - real), `real ${real}, ours ${ours}`).toBeLessThan(within)
		})

		it('has every field of real seeds, for graph, nodes, exits, entrances and connections', () => {
			const ours = makeGraph(1, demoPools[pool])
			const real = readRealGraphs(pool)[0] as GraphJson
			expect(Object.keys(ours)).toEqual(Object.keys(real))
			const fields = (graph: GraphJson) => {
				const all = nodes(graph)
				return {
					node: fieldsOf(all),
					exit: fieldsOf(all.flatMap((node) => node.exits)),
					entrance: fieldsOf(all.flatMap((node) => node.entrances)),
					connection: fieldsOf(graph.connections.map(({ ...connection }) => connection)),
				}
			}
			const expected = fields(real)
			const optional = new Set(['ignore_pair'])
			expected.connection = expected.connection.filter((field) => !optional.has(field))
			expect(fields(ours)).toEqual(expected)
		})
	},
)

function readRealGraphs(pool: string): GraphJson[] {
	const folder = join(realSeeds, pool)
	return readdirSync(folder)
		.filter((name) => name.endsWith('.zip'))
		.map((name) => {
			const files = readZip(readFileSync(join(folder, name)))
			const path = [...files.keys()].find((each) => each.endsWith('graph.json')) ?? ''
			return JSON.parse(files.get(path) ?? '') as GraphJson
		})
}

function nodes(graph: GraphJson): NodeJson[] {
	return Object.values(graph.nodes)
}

function share(test: (node: NodeJson) => boolean) {
	return (graph: GraphJson) => nodes(graph).filter(test).length / nodes(graph).length
}

function shareOfFullLayers(graph: GraphJson): number {
	const widths = Array<number>(graph.total_layers).fill(0)
	for (const { layer } of nodes(graph)) widths[layer] = (widths[layer] ?? 0) + 1
	return widths.filter((width) => width === 4).length / widths.length
}

function pathFactor(graph: GraphJson): number {
	const reading = readGraph(graph)
	if (!reading.ok) throw new Error(reading.reasons.join())
	return (reading.graph.totalPaths ?? NaN) ** (1 / (graph.total_layers - 1))
}

function fieldsOf(objects: object[]): string[] {
	return [...new Set(objects.flatMap((object) => Object.keys(object)))].sort()
}

function mean(numbers: number[]): number {
	return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
