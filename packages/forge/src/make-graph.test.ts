import { readGraph } from '@speedfog/core/graph/read-graph'
import { describe, expect, it } from 'vitest'
import type { GraphJson } from './graph-json.ts'
import { makeGraph } from './make-graph.ts'
import type { PoolName } from './pools.ts'
import { demoPools } from './pools.ts'

type Figures = Record<'layers' | 'nodes' | 'edges' | 'kilobytes', [least: number, most: number]>

/** Seen over 192 real seeds. */
const long: Figures = { layers: [27, 32], nodes: [89, 114], edges: [153, 206], kilobytes: [120, 180] }
const figures: Record<PoolName, Figures> = {
	training_sprint: { layers: [12, 17], nodes: [30, 54], edges: [46, 95], kilobytes: [40, 90] },
	training_standard: long,
	training_marathon: long,
}
const pools = Object.keys(demoPools) as PoolName[]
const SEEDS = 200

describe.each(pools)('%s', (pool) => {
	const settings = demoPools[pool]
	const graphs = Array.from({ length: SEEDS }, (_, number) => makeGraph(number, settings))

	it('is read without a complaint', () => {
		for (const graph of graphs) {
			const reading = readGraph(JSON.parse(JSON.stringify(graph)))
			expect(reading).toMatchObject({ ok: true, warnings: [] })
		}
	})

	it('keeps to the figures of real seeds', () => {
		const expected = figures[pool]
		for (const graph of graphs) {
			expectWithin(graph.total_layers, expected.layers)
			expectWithin(graph.total_nodes, expected.nodes)
			expectWithin(graph.edges.length, expected.edges)
			expectWithin(JSON.stringify(graph).length / 1000, expected.kilobytes)
			expect(graph.total_layers).toBeGreaterThanOrEqual(settings.structure.min_layers + 2)
			expect(graph.total_layers).toBeLessThanOrEqual(settings.structure.max_layers + 2)
		}
	})

	it('opens with one start, closes with one final boss and is at most four wide', () => {
		for (const graph of graphs) {
			const widths = widthsOf(graph)
			const types = Object.values(graph.nodes).map((node) => node.type)
			expect(types.filter((type) => type === 'start')).toHaveLength(1)
			expect(types.filter((type) => type === 'final_boss')).toHaveLength(1)
			expect(types[0]).toBe('start')
			expect(types.at(-1)).toBe('final_boss')
			expect(widths.slice(0, 2)).toEqual([1, 2])
			expect(widths.slice(-4)).toEqual([3, 2, 1, 1])
			expect(Math.max(...widths)).toBe(4)
		}
	})

	it('has one type in each layer, tiers that climb to the last, and the first layer the pool asks for', () => {
		for (const graph of graphs) {
			const nodes = Object.values(graph.nodes)
			for (let layer = 0; layer < graph.total_layers; layer++) {
				const types = nodes.filter((node) => node.layer === layer).map((node) => node.type)
				expect(new Set(types).size).toBe(1)
			}
			const tiers = nodes.map((node) => node.tier)
			expect(tiers).toEqual([...tiers].sort((a, b) => a - b))
			expect([tiers[0], tiers.at(-1)]).toEqual([1, settings.structure.final_tier])
			const first = settings.structure.first_layer_type
			if (first) expect(nodes[1]?.type).toBe(first)
		}
	})

	it('joins only neighbouring layers, by one gate per edge, one to four in and out', () => {
		for (const graph of graphs) {
			const pairs = graph.edges.map(({ from, to }) => `${from} ${to}`)
			expect(new Set(pairs).size).toBe(pairs.length)
			const nodes = Object.entries(graph.nodes)
			const exits = nodes.flatMap(([id, node]) => node.exits.map(({ to }) => `${id} ${to}`))
			const entrances = nodes.flatMap(([id, node]) => node.entrances.map(({ from }) => `${from} ${id}`))
			expect(exits).toEqual(pairs)
			expect(entrances.sort()).toEqual([...pairs].sort())
			const layerOf = (id: string) => graph.nodes[id]?.layer ?? NaN
			expect(graph.edges.filter(({ from, to }) => layerOf(to) !== layerOf(from) + 1)).toEqual([])
			const inner = nodes.slice(1, -1).map(([, node]) => node)
			const degrees = inner.flatMap((node) => [node.exits.length, node.entrances.length])
			expectWithin(Math.min(...degrees), [1, 4])
			expectWithin(Math.max(...degrees), [1, 4])
		}
	})

	it('can be finished from everywhere and reached everywhere', () => {
		for (const graph of graphs) {
			const ids = Object.keys(graph.nodes)
			const [start, end] = [ids[0] ?? '', ids.at(-1) ?? '']
			const backwards = graph.edges.map(({ from, to }) => ({ from: to, to: from }))
			expect(reached(start, graph.edges)).toBe(ids.length)
			expect(reached(end, backwards)).toBe(ids.length)
		}
	})

	it('counts flags up from the base: connections, finish, then three deaths for each node', () => {
		for (const graph of graphs) {
			const flags = Object.keys(graph.event_map).map(Number)
			const deaths = Object.values(graph.death_flags).flat()
			const all = [...flags, graph.finish_event, ...deaths]
			expect(all).toEqual(all.map((_, index) => 1050294000 + index))
			expect(graph.connections.map((connection) => connection.flag_id)).toEqual(flags)
			expect(Object.values(graph.event_map)).toEqual(graph.edges.map((edge) => edge.to))
			expect(Object.keys(graph.death_flags)).toEqual(Object.keys(graph.nodes).slice(1))
			const final = Object.keys(graph.nodes).at(-1)
			expect(graph.event_map[graph.final_node_flag]).toBe(final)
			expect(graph.event_map[graph.final_node_flag - 1]).not.toBe(final)
			// The block of 1000 flags that later generators reserve.
			expect(all.length).toBeLessThan(1000)
		}
	})

	it('uses no zone twice and says the tier of each', () => {
		for (const graph of graphs) {
			const zones = Object.values(graph.nodes).flatMap((node) => node.zones.map((zone) => [zone, node.tier]))
			expect(Object.entries(graph.area_tiers)).toEqual(zones)
			expect(graph.total_zones).toBe(zones.length)
		}
	})

	it('leads each connection from a zone of its edge’s source to a zone of its target', () => {
		for (const graph of graphs) {
			const strays = graph.connections.filter((connection, index) => {
				const edge = graph.edges[index]
				const from = graph.nodes[edge?.from ?? '']
				const to = graph.nodes[edge?.to ?? '']
				const exit = from?.exits.find((candidate) => candidate.to === edge?.to)
				return !(
					from?.zones.includes(connection.exit_area) &&
					to?.zones.includes(connection.entrance_area) &&
					exit?.from === connection.exit_area &&
					connection.exit_gate.endsWith(`_${exit.fog_id}`) &&
					[connection.exit_gate, connection.entrance_gate].every((gate) => /^m(\d\d_){4}/.test(gate))
				)
			})
			expect(strays).toEqual([])
		}
	})

	it('lets no two exits of a node share a gate and a zone', () => {
		for (const graph of graphs) {
			const keys = Object.values(graph.nodes).flatMap((node) => {
				return node.exits.map((exit) => `${exit.fog_id} ${exit.from}`)
			})
			expect(new Set(keys).size).toBe(keys.length)
		}
	})

	it('has exits that leave from a zone other than the first, so that their label is needed', () => {
		const exits = graphs.flatMap((graph) =>
			Object.values(graph.nodes).flatMap((node) => node.exits.map((exit) => exit.from !== node.zones[0])),
		)
		const share = exits.filter(Boolean).length / exits.length
		expectWithin(share, [0.04, 0.25])
	})

	it('packs what the settings promise', () => {
		const counts = settings.care_package
		for (const graph of graphs) {
			const ofType = (type: number) => graph.care_package.filter((item) => item.type === type).length
			expect(ofType(0)).toBe(counts.weapons + counts.shields + counts.catalysts)
			expect(ofType(1)).toBe(counts.head_armor + counts.body_armor + counts.arm_armor + counts.leg_armor)
			expect(ofType(2)).toBe(counts.talismans)
			expect(ofType(3)).toBe(counts.sorceries + counts.incantations + counts.crystal_tears)
			expect(ofType(4)).toBe(counts.ashes_of_war)
			expect(ofType(4)).toBeGreaterThan(0)
			expect(graph.starting_runes).toBe(settings.starting_items.starting_runes)
			const pouches = graph.starting_goods.filter((id) => id === 10040)
			expect(pouches).toHaveLength(settings.starting_items.talisman_pouches)
		}
	})

	it('resolves most maps to a single node, which is what a zone query needs', () => {
		for (const graph of graphs.slice(0, 50)) {
			const reading = readGraph(graph)
			if (!reading.ok) throw new Error(reading.reasons.join())
			const { nodes, nodesOfMap } = reading.graph
			const onMap = new Set([...nodesOfMap.values()].flat())
			expect(onMap.size).toBe(nodes.size)
			const alone = [...nodesOfMap.values()].filter((ids) => ids.length === 1)
			expect(alone.length / nodesOfMap.size).toBeGreaterThan(0.5)
		}
	})
})

describe('makeGraph', () => {
	it('gives the same seed for the same number, and another for another number or pool', () => {
		const text = (number: number, pool: PoolName) => JSON.stringify(makeGraph(number, demoPools[pool]))
		expect(text(3, 'training_standard')).toBe(text(3, 'training_standard'))
		expect(text(3, 'training_standard')).not.toBe(text(4, 'training_standard'))
		expect(text(3, 'training_standard')).not.toBe(text(3, 'training_marathon'))
		expect(Object.keys(makeGraph(3, demoPools.training_sprint).nodes)).not.toEqual(
			Object.keys(makeGraph(4, demoPools.training_sprint).nodes),
		)
	})

	it('names a place the same in every seed it comes up in', () => {
		const idOf = new Map<string, string>()
		for (let number = 0; number < 50; number++) {
			for (const [id, node] of Object.entries(makeGraph(number, demoPools.training_standard).nodes)) {
				const zones = node.zones.join()
				expect(id).toMatch(new RegExp(`^${node.zones[0]}_[0-9a-f]{4}$`))
				expect(idOf.get(zones) ?? id).toBe(id)
				idOf.set(zones, id)
			}
		}
	})

	it('shuffles bosses only where the pool says so, and never the last one', () => {
		const calm = makeGraph(1, demoPools.training_standard)
		expect(Object.values(calm.nodes).some((node) => node.randomized_bosses)).toBe(false)

		const plain = { ...demoPools.training_marathon, enemy: { randomize_bosses: false } }
		const before = Object.values(makeGraph(1, plain).nodes)
		const after = Object.values(makeGraph(1, demoPools.training_marathon).nodes)
		const vanilla = new Map(calmBosses(before))
		const arenas = after.filter((node) => node.randomized_bosses)
		const moved = arenas.filter((node) => node.boss_name !== vanilla.get(node.defeat_flag))
		expect(moved.length).toBeGreaterThan(arenas.length / 2)
		expect(after.at(-1)?.boss_name).toBe(before.at(-1)?.boss_name)
	})

	it('refuses a final boss that is nowhere in the catalogue', () => {
		const { structure } = demoPools.training_sprint
		const settings = {
			...demoPools.training_sprint,
			structure: { ...structure, final_boss_candidates: ['nobody'] },
		}
		expect(() => makeGraph(1, settings)).toThrow('no such final boss: nobody')
	})
})

function expectWithin(value: number, [least, most]: [number, number]) {
	expect(value).toBeGreaterThanOrEqual(least)
	expect(value).toBeLessThanOrEqual(most)
}

function widthsOf(graph: GraphJson): number[] {
	const nodes = Object.values(graph.nodes)
	return Array.from({ length: graph.total_layers }, (_, layer) => {
		return nodes.filter((node) => node.layer === layer).length
	})
}

function reached(start: string, edges: { from: string; to: string }[]): number {
	const seen = new Set([start])
	for (const id of seen) {
		for (const edge of edges) if (edge.from === id) seen.add(edge.to)
	}
	return seen.size
}

function calmBosses(nodes: { defeat_flag?: number; boss_name?: string }[]) {
	return nodes.map((node) => [node.defeat_flag, node.boss_name] as const)
}
