import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodesAt } from '@speedfog/core/graph/maps'
import { readGraph } from '@speedfog/core/graph/read-graph'
import { play } from '@speedfog/core/run/testing'
import { describe, expect, it } from 'vitest'
import type { GraphJson } from './graph-json.ts'
import { readZip } from './testing.ts'

/** Seeds of the real generator, for whoever has some: laid out like a seed folder, beside the project. */
const realSeeds = fileURLToPath(new URL('../../../../shared/seeds', import.meta.url))
const files = existsSync(realSeeds)
	? readdirSync(realSeeds, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.zip'))
	: []

// Vitest wants a suite in every file, also where nothing is to be played.
const named = files.length > 0 ? files : ['']

describe.skipIf(files.length === 0).each(named)('%s', (file) => {
	const zip = file ? readZip(readFileSync(join(realSeeds, file))) : new Map<string, Buffer>()
	const path = [...zip.keys()].find((each) => each.endsWith('graph.json')) ?? ''
	const json = JSON.parse(String(zip.get(path) ?? '{}')) as GraphJson
	const reading = readGraph(json)

	it('is read, with no warning but of a wrong count of nodes', () => {
		expect(reading).toMatchObject({ ok: true })
		if (!reading.ok) return
		expect(reading.warnings.filter((warning) => !warning.startsWith('total_nodes'))).toEqual([])
		const { graph } = reading
		expect(graph.totalLayers).toBe(json.total_layers)
		expect(graph.eventIds).toHaveLength(Object.keys(json.event_map).length + 1)
		expect(graph.edges).toHaveLength(json.edges.length)
		expect(graph.totalPaths).toBeGreaterThan(0)
	})

	it('has every node on a map, so that a zone query can find it', () => {
		if (!reading.ok) return
		const placed = new Set(
			[...reading.graph.nodesOfMap.keys()].flatMap((map) => [...nodesAt(reading.graph, map)]),
		)
		expect([...reading.graph.nodes.keys()].filter((node) => !placed.has(node))).toEqual([])
	})

	it('is played from start to finish by the flags of one way', () => {
		if (!reading.ok) return
		const { graph } = reading
		const script = play(graph).connect().status(1_000)
		let igtMs = 1_000
		for (
			let node = graph.startNode;
			node !== graph.finalNode;
			node = graph.nodes.get(node)?.next[0] as string
		) {
			const next = graph.nodes.get(node)?.next[0]
			const flag = [...graph.nodeOfFlag].find(([, to]) => to === next)?.[0] as number
			igtMs += 60_000
			script.pass(flag, igtMs)
		}
		script.pass(graph.finishFlag, igtMs + 60_000)
		expect(script.run).toMatchObject({ status: 'finished', current: { nodeId: graph.finalNode } })
		expect(script.run.history).toHaveLength(graph.totalLayers)
	})
})
