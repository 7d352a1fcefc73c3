import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { play } from '../run/testing.ts'
import { seededRandom } from '../testing.ts'
import { readGraph } from './read-graph.ts'
import type { SeedGraph } from './seed-graph.ts'
import { buildGraph, diamond, drawGraph, type GraphJson } from './testing.ts'

function compiled(json: unknown): SeedGraph {
	const reading = readGraph(json)
	if (!reading.ok) throw new Error(reading.reasons.join('; '))
	return reading.graph
}

describe('what cannot be played is refused with a reason', () => {
	const broken: [string, (json: GraphJson) => unknown, RegExp][] = [
		['no object', () => [], /JSON object/],
		['null', () => null, /JSON object/],
		['nodes as a list', (json) => ({ ...json, nodes: [] }), /nodes is not an object/],
		['no nodes', (json) => ({ ...json, nodes: {} }), /nodes is empty/],
		['missing nodes', ({ nodes, ...json }) => json, /nodes is not an object/],
		['a node that is text', (json) => patchNode(json, 'abbey', 'x'), /node "abbey" is not an object/],
		['a node without a layer', (json) => patchNode(json, 'abbey', { type: 'boss_arena' }), /"abbey": layer/],
		['a layer that is a fraction', (json) => patchNode(json, 'abbey', { layer: 1.5 }), /"abbey": layer/],
		['a layer that is huge', (json) => patchNode(json, 'abbey', { layer: 1e9 }), /"abbey": layer/],
		['a node id with NUL', (json) => renamed(json, 'abbey', 'ab\0bey'), /"ab\\u0000bey" has a character/],
		['a node id cut in a character', (json) => renamed(json, 'abbey', 'a\ud83d'), /"a\\ud83d" has a char/],
		['no start', (json) => patchType(json, 'quay', 'boss_arena'), /no start node/],
		['two starts', (json) => patchType(json, 'abbey', 'start'), /more than one start/],
		[
			'no start and a start_node that is not there',
			(json) => ({ ...patchType(json, 'quay', 'boss_arena'), start_node: 'nowhere' }),
			/no start node/,
		],
		['no final boss', (json) => patchType(json, 'crown', 'boss_arena'), /no final_boss/],
		['two final bosses', (json) => patchType(json, 'abbey', 'final_boss'), /more than one final_boss/],
		['a circle', (json) => addEdge(json, 'crown', 'quay'), /circle/],
		['an edge to itself', (json) => addEdge(json, 'abbey', 'abbey'), /circle/],
		['an edge to nowhere', (json) => addEdge(json, 'abbey', 'nowhere'), /"nowhere", which is not a node/],
		['an edge from a number', (json) => addEdge(json, 5, 'abbey'), /a number, which is not a node/],
		['an edge that is text', (json) => ({ ...json, edges: ['quay'] }), /edge is not an object/],
		['edges that are no list', (json) => ({ ...json, edges: {} }), /edges is not a list/],
		['no event_map', ({ event_map, ...json }) => json, /event_map is missing/],
		['an empty event_map', (json) => ({ ...json, event_map: {} }), /event_map is empty/],
		['a flag to nowhere', (json) => patchFlag(json, '5', 'nowhere'), /flag 5 leads to "nowhere"/],
		['a flag to a number', (json) => patchFlag(json, '5', 7), /flag 5 leads to a number/],
		['a flag to a prototype', (json) => patchFlag(json, '5', 'constructor'), /leads to "constructor"/],
		['a negative flag', (json) => patchFlag(json, '-5', 'abbey'), /"-5" is not a positive/],
		['flag zero', (json) => patchFlag(json, '0', 'abbey'), /"0" is not a positive/],
		['a flag over 32 bits', (json) => patchFlag(json, '4294967296', 'abbey'), /"4294967296" is not/],
		['a flag in hex', (json) => patchFlag(json, '0x10', 'abbey'), /"0x10" is not/],
		['a flag that is a word', (json) => patchFlag(json, 'abc', 'abbey'), /"abc" is not/],
		['no finish_event', ({ finish_event, ...json }) => json, /finish_event/],
		['finish_event as text', (json) => ({ ...json, finish_event: '5' }), /finish_event/],
		['finish_event as a fraction', (json) => ({ ...json, finish_event: 5.5 }), /finish_event/],
		['finish_event zero', (json) => ({ ...json, finish_event: 0 }), /finish_event/],
	]

	test.each(broken)('%s', (_, breakIt, reason) => {
		const reading = readGraph(breakIt(diamond().json))
		expect(reading).toMatchObject({ ok: false })
		expect(!reading.ok && reading.reasons.join('\n')).toMatch(reason)
	})

	test('a key like __proto__ is a name like any other', () => {
		const text = JSON.stringify(diamond().json).replaceAll('"abbey"', '"__proto__"')
		const graph = compiled(JSON.parse(text))
		expect(graph.nodes.get('__proto__')?.layer).toBe(1)
		expect(graph.nodes.get('quay')?.next).toEqual(['grotto', '__proto__'])
		expect(play(graph).connect().pass(1_050_294_001, 60_000).run.current?.nodeId).toBe('__proto__')
		expect(({} as Record<string, unknown>).layer).toBe(undefined)
	})

	test('a file broken in many places gives a list that a person can read', () => {
		const nodes = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`${i}${'x'.repeat(1_000)}`, 7]))
		const reading = readGraph({ ...diamond().json, nodes })
		expect(!reading.ok && reading.reasons.length).toBeLessThan(25)
		expect(!reading.ok && reading.reasons.join('').length).toBeLessThan(4_000)
	})
})

describe('what is only odd gives a warning', () => {
	const odd: [string, (json: GraphJson) => unknown, RegExp][] = [
		['no total_layers', ({ total_layers, ...json }) => json, /total_layers is missing: counted 4/],
		['another total_layers', (json) => ({ ...json, total_layers: 9 }), /total_layers is not 4/],
		['another total_nodes', (json) => ({ ...json, total_nodes: 9 }), /total_nodes is not 5/],
		[
			'the finish as a gate',
			(json) => patchFlag(json, String(json.finish_event), 'crown'),
			/finish_event is also/,
		],
		['a node nothing leads to', (json) => patchNode(json, 'lost', { layer: 1 }), /"lost" cannot be reached/],
		['version 3', (json) => ({ ...json, version: '3.9' }), /version "3.9" is older/],
		['flags the game does not keep', (json) => patchFlag(json, '9000001', 'abbey'), /9000000/],
		['no edges', ({ edges, ...json }) => json, /edges is missing/],
		[
			'an exit to nowhere',
			(json) => patchNode(json, 'lost', { layer: 1, exits: [{ to: 'nowhere' }] }),
			/"lost" has an exit to a node that is not there/,
		],
	]

	test.each(odd)('%s', (_, change, warning) => {
		const reading = readGraph(change(diamond().json))
		expect(reading).toMatchObject({ ok: true })
		expect(reading.ok && reading.warnings.join('\n')).toMatch(warning)
	})

	test('and is mended: layers and nodes are counted, the finish wins, edges follow the exits', () => {
		const json = { ...diamond().json, total_layers: 'x', total_nodes: null, edges: undefined }
		json.event_map[String(json.finish_event)] = 'crown'
		const graph = compiled(json)
		expect(graph).toMatchObject({ totalLayers: 4, totalNodes: 5, totalPaths: 2 })
		expect(graph.nodeOfFlag.has(graph.finishFlag)).toBe(false)
		expect(graph.eventIds.filter((id) => id === graph.finishFlag)).toHaveLength(1)
		expect(graph.edges).toHaveLength(5)
	})
})

describe('older and hand-made files', () => {
	test('need no more than nodes, flags and a finish', () => {
		const reading = readGraph({
			nodes: { a: { type: 'start', layer: 0 }, b: { type: 'final_boss', layer: 1 } },
			edges: [{ from: 'a', to: 'b' }],
			event_map: { 5: 'b' },
			finish_event: 6,
		})
		expect(reading).toMatchObject({
			ok: true,
			graph: { version: 'unknown', totalLayers: 2, totalNodes: 2, totalPaths: 1, spawnItems: [] },
		})
		expect(reading.ok && reading.graph.nodes.get('a')).toEqual({
			id: 'a',
			type: 'start',
			displayName: 'a',
			layer: 0,
			tier: null,
			originalTier: null,
			zones: [],
			exits: [],
			next: ['b'],
		})
	})

	test('may name their start at the top; a node of type start goes first', () => {
		const { json } = diamond()
		expect(compiled({ ...json, start_node: 'abbey' }).startNode).toBe('quay')
		expect(compiled({ ...patchType(json, 'quay', 'boss_arena'), start_node: 'quay' }).startNode).toBe('quay')
	})

	test('may hold anything in fields that nobody reads', () => {
		let deep: unknown = null
		for (let i = 0; i < 100_000; i++) deep = [deep]
		expect(readGraph({ ...diamond().json, options: deep, plugins: { a: deep } })).toMatchObject({ ok: true })
	})

	test('may hold nonsense in fields that are only shown', () => {
		const nonsense = { zones: 'x', exits: [5, null, {}], tier: 'y', original_tier: 1.5, display_name: 7 }
		const json = patchNode(diamond().json, 'lost', { layer: 1, ...nonsense })
		expect(
			compiled({ ...json, care_package: [null, 5, { type: 4, id: 'x' }], connections: [[], 7] }),
		).toMatchObject({
			spawnItems: [],
		})
		expect(compiled(json).nodes.get('lost')).toMatchObject({
			displayName: 'lost',
			tier: null,
			originalTier: null,
		})
	})
})

test('text never holds what neither a database nor the released mod takes', () => {
	const { json } = diamond()
	json.version = '4.\0'
	const graph = compiled(
		patchNode(json, 'abbey', { layer: 1, type: 'boss_arena', display_name: 'A\ud83d \ud83d\ude00' }),
	)
	expect(graph.version).toBe('4.\ufffd')
	expect(graph.nodes.get('abbey')?.displayName).toBe('A\ufffd \ud83d\ude00')
})

describe('exits', () => {
	const textOf = (exit: object, zones = ['keep', 'keep_roof']) => {
		const { json } = diamond()
		const node = { ...json.nodes.abbey, zones, exits: [{ text: 'broken ladder', to: 'shaft', ...exit }] }
		return compiled(patchNode(json, 'abbey', node)).nodes.get('abbey')?.exits[0]?.text
	}

	test.each([
		['from the first zone', { from: 'keep', from_text: 'Keep' }, 'broken ladder'],
		['from no zone in particular', {}, 'broken ladder'],
		[
			'from another zone, by its label',
			{ from: 'keep_roof', from_text: 'Coast - Keep - Roof' },
			'broken ladder [Roof]',
		],
		[
			'from another zone, by a label of one part',
			{ from: 'keep_roof', from_text: 'Roof' },
			'broken ladder [Roof]',
		],
		['from another zone without a label', { from: 'keep_roof' }, 'broken ladder [Keep Roof]'],
		[
			'from another zone with an empty label',
			{ from: 'keep_roof', from_text: '' },
			'broken ladder [Keep Roof]',
		],
	])('%s', (_, exit, text) => expect(textOf(exit)).toBe(text))

	test('keep their order and may lead to the same node twice', () => {
		const { graph } = buildGraph({
			layers: [['quay'], ['crown']],
			gates: [
				['quay', 'crown'],
				['quay', 'crown'],
			],
		})
		expect(graph.nodes.get('quay')?.exits.map((exit) => exit.fogId)).toEqual([
			'AEG099_001_9000',
			'AEG099_001_9001',
		])
		expect(graph.edges).toEqual([{ from: 'quay', to: 'crown' }])
		expect(graph.totalPaths).toBe(1)
	})
})

describe('paths', () => {
	test('are counted without walking them', () => {
		const layers = [['start'], ...Array.from({ length: 40 }, (_, i) => [`a${i}`, `b${i}`]), ['end']]
		expect(buildGraph({ layers }).graph.totalPaths).toBe(2 ** 40)
	})

	test('are unknown where no whole number can hold them', () => {
		const layers = [['start'], ...Array.from({ length: 60 }, (_, i) => [`a${i}`, `b${i}`]), ['end']]
		expect(buildGraph({ layers }).graph.totalPaths).toBe(null)
	})

	test('are what the file says, where it says it', () => {
		expect(compiled({ ...diamond().json, total_paths: 135 }).totalPaths).toBe(135)
		expect(compiled({ ...diamond().json, total_paths: null }).totalPaths).toBe(2)
	})

	test('of small graphs are as many as there are', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
				fc.integer(),
				(widths, seed) => {
					const { graph } = drawGraph(widths, seededRandom(seed))
					const walk = (id: string): number =>
						id === graph.finalNode
							? 1
							: (graph.nodes.get(id)?.next ?? []).reduce((sum, to) => sum + walk(to), 0)
					expect(graph.totalPaths).toBe(walk(graph.startNode))
				},
			),
		)
	})
})

describe('whatever the file holds', () => {
	const flatNode = fc.record(
		{
			type: fc.constantFrom('start', 'final_boss', 'boss_arena', 5, null),
			layer: fc.oneof(fc.nat({ max: 5 }), fc.anything()),
			zones: fc.oneof(fc.array(fc.string()), fc.anything()),
			exits: fc.oneof(
				fc.array(fc.record({ to: fc.constantFrom('a', 'b', 'c'), from: fc.string() })),
				fc.anything(),
			),
			tier: fc.anything(),
		},
		{ requiredKeys: ['layer'] },
	)
	const id = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '')
	const file = fc.record(
		{
			nodes: fc.oneof(fc.dictionary(id, flatNode), fc.anything()),
			edges: fc.oneof(fc.array(fc.record({ from: id, to: id })), fc.anything()),
			event_map: fc.oneof(fc.dictionary(fc.nat().map(String), id), fc.anything()),
			finish_event: fc.oneof(fc.nat(), fc.anything()),
			connections: fc.anything(),
			care_package: fc.anything(),
			total_paths: fc.anything(),
			version: fc.anything(),
			start_node: fc.oneof(id, fc.anything()),
		},
		{ requiredKeys: [] },
	)

	test('it is a graph or has a reason, and reading it never throws', () => {
		fc.assert(
			fc.property(fc.oneof(file, fc.anything(), fc.jsonValue()), (json) => {
				const reading = readGraph(json)
				if (!reading.ok) {
					expect(reading.reasons.length).toBeGreaterThan(0)
					return
				}
				const { graph } = reading
				expect(graph.nodes.has(graph.startNode) && graph.nodes.has(graph.finalNode)).toBe(true)
				for (const { from, to } of graph.edges) expect(graph.nodes.get(from)?.next).toContain(to)
				for (const node of graph.nodeOfFlag.values()) expect(graph.nodes.has(node)).toBe(true)
				for (const node of graph.nodes.values())
					for (const exit of node.exits) expect(graph.nodes.has(exit.to)).toBe(true)
			}),
			{ numRuns: 2_000 },
		)
	}, 60_000)

	test('a huge graph is read in a few passes', () => {
		const ids = Array.from({ length: 10_000 }, (_, layer) => `n${layer}`)
		const typeOf = (layer: number) =>
			layer === 0 ? 'start' : layer === ids.length - 1 ? 'final_boss' : 'mini_dungeon'
		const graph = compiled({
			nodes: Object.fromEntries(ids.map((id, layer) => [id, { type: typeOf(layer), layer, zones: [id] }])),
			edges: ids.slice(1).map((to, index) => ({ from: ids[index], to })),
			event_map: Object.fromEntries(ids.map((id, index) => [index + 1, id])),
			finish_event: 4_000_000_000,
		})
		expect(graph).toMatchObject({ totalNodes: 10_000, totalPaths: 1 })
	})

	test('a zone that every node claims does not make the gates cost more', () => {
		const { json } = diamond()
		for (const node of Object.values(json.nodes)) node.zones = ['everywhere']
		json.connections = Array.from({ length: 50 }, (_, i) => ({
			exit_area: 'everywhere',
			exit_gate: `m10_${String(i).padStart(2, '0')}_00_00_AEG`,
		}))
		expect(compiled(json).nodesOfMap.size).toBe(50)
	})
})

function patchNode(json: GraphJson, id: string, node: unknown) {
	return { ...json, nodes: { ...json.nodes, [id]: node } }
}

function renamed(json: GraphJson, from: string, to: string): unknown {
	return JSON.parse(JSON.stringify(json).replaceAll(JSON.stringify(from), JSON.stringify(to)))
}

function patchType(json: GraphJson, id: string, type: string) {
	return patchNode(json, id, { ...json.nodes[id], type })
}

function addEdge(json: GraphJson, from: unknown, to: unknown) {
	return { ...json, edges: [...json.edges, { from, to }] }
}

function patchFlag(json: GraphJson, flag: string, node: unknown) {
	return { ...json, event_map: { ...json.event_map, [flag]: node } }
}
