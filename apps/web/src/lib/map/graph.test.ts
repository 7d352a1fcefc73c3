import { expect, it } from 'vitest'
import { readGraph } from './graph.ts'

it('takes from a graph.json what the map draws', () => {
	const { nodes, edges } = readGraph({
		nodes: {
			a: { type: 'start', display_name: 'Harbor', layer: 0, tier: 1, original_tier: null },
			b: { type: 'major_boss', display_name: 'Hills - Tunnel - Digger', layer: 1, tier: 9, original_tier: 4 },
		},
		edges: [{ from: 'a', to: 'b' }],
	})
	expect(edges).toEqual([{ from: 'a', to: 'b' }])
	expect(nodes[1]).toEqual({
		id: 'b',
		kind: 'major_boss',
		name: 'Digger',
		fullName: 'Hills - Tunnel - Digger',
		layer: 1,
		tier: 9,
		originalTier: 4,
	})
})

it('names a node without a name by its id and draws an unknown type as a mini dungeon', () => {
	const { nodes } = readGraph({ nodes: { odd_1: { type: 'arcade', layer: 2, tier: 'high' } } })
	expect(nodes[0]).toMatchObject({ name: 'odd_1', kind: 'mini_dungeon', layer: 2, tier: null })
})

it('leaves out edges to nodes that are not there', () => {
	expect(readGraph({ nodes: { a: {} }, edges: [{ from: 'a', to: 'b' }, null, 7] }).edges).toEqual([])
})

it('reads what is no graph at all as an empty one', () => {
	for (const odd of [null, undefined, 'graph', 3, []]) expect(readGraph(odd).nodes).toEqual([])
})
