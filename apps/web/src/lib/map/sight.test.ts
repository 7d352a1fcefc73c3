import { describe, expect, it } from 'vitest'
import type { VisitView } from '@speedfog/core/protocol/shapes'
import { readGraph } from './graph.ts'
import { look } from './sight.ts'
import { edgeKey } from './walk.ts'

const graph = readGraph({
	nodes: {
		harbor: { type: 'start', layer: 0 },
		cave: { type: 'mini_dungeon', layer: 1 },
		keep: { type: 'legacy_dungeon', layer: 1 },
		tunnel: { type: 'boss_arena', layer: 2 },
		throne: { type: 'final_boss', layer: 3 },
	},
	edges: [
		{ from: 'harbor', to: 'cave' },
		{ from: 'harbor', to: 'keep' },
		{ from: 'cave', to: 'tunnel' },
		{ from: 'keep', to: 'tunnel' },
		{ from: 'tunnel', to: 'throne' },
	],
})
const visit = (node_id: string, from_node_id: string | null): VisitView => ({
	node_id,
	from_node_id,
	flag_id: null,
	igt_ms: 0,
	deaths: 0,
})
const visits = [visit('harbor', null), visit('keep', 'harbor'), visit('tunnel', 'keep')]

describe('look', () => {
	it('shows only what was found, the way, and the beginnings of the other exits', () => {
		const sight = look(graph, visits, false)
		expect([...sight.known].sort()).toEqual(['harbor', 'keep', 'tunnel'])
		expect([...sight.lines]).toEqual([edgeKey('harbor', 'keep'), edgeKey('keep', 'tunnel')])
		expect([...sight.stubs]).toEqual([edgeKey('harbor', 'cave'), edgeKey('tunnel', 'throne')])
		expect(sight.frontier).toBe(2)
	})

	it('shows the start and its exits before the game has reported', () => {
		const sight = look(graph, [], false)
		expect([...sight.known]).toEqual(['harbor'])
		expect([...sight.stubs]).toEqual([edgeKey('harbor', 'cave'), edgeKey('harbor', 'keep')])
		expect(sight.way.legs).toEqual([])
	})

	it('shows everything once revealed', () => {
		const sight = look(graph, visits, true)
		expect(sight.known.size).toBe(5)
		expect(sight.lines.size).toBe(5)
		expect(sight.stubs.size).toBe(0)
		expect(sight.way).toEqual(look(graph, visits, false).way)
	})
})
