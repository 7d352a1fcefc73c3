import { expect, it } from 'vitest'
import { readGraph } from './graph.ts'

it('takes from a graph.json what the map draws', () => {
	const { nodes, edges } = readGraph({
		nodes: {
			a: { type: 'start', display_name: 'Harbor', layer: 0, tier: 1, original_tier: null },
			b: {
				type: 'major_boss',
				display_name: 'Hills - Tunnel - Digger',
				layer: 1,
				tier: 9,
				original_tier: 4,
				zones: ['tunnel', 'tunnel_back'],
				boss_name: 'Stonedigger Troll',
				exits: [
					{ text: 'behind the digger', from: 'tunnel', to: 'a' },
					{ text: 'broken ladder', from: 'tunnel_back', from_text: 'Hills - Tunnel - Back', to: 'a' },
					{ text: 'hole', from: 'tunnel_back', to: 'a' },
					{ text: 'no target' },
				],
			},
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
		boss: 'Stonedigger Troll',
		exits: [
			{ text: 'behind the digger', to: 'a' },
			{ text: 'broken ladder [Back]', to: 'a' },
			{ text: 'hole [tunnel back]', to: 'a' },
		],
	})
})

it('names a node without a name by its id and draws an unknown type as a mini dungeon', () => {
	const { nodes } = readGraph({ nodes: { odd_1: { type: 'arcade', layer: 2, tier: 'high' } } })
	expect(nodes[0]).toMatchObject({ name: 'odd_1', kind: 'mini_dungeon', layer: 2, tier: null })
})

it('names the bosses that a shuffle put there', () => {
	const { nodes } = readGraph({
		nodes: {
			a: { boss_name: 'Margit', randomized_bosses: ['Radahn', 'Alecto'] },
			b: { randomized_boss: 'Mohg' },
		},
	})
	expect(nodes.map((node) => node.boss)).toEqual(['Radahn, Alecto', 'Mohg'])
})

it('leaves out edges to nodes that are not there', () => {
	expect(readGraph({ nodes: { a: {} }, edges: [{ from: 'a', to: 'b' }, null, 7] }).edges).toEqual([])
})

it('reads what is no graph at all as an empty one', () => {
	for (const odd of [null, undefined, 'graph', 3, []]) expect(readGraph(odd).nodes).toEqual([])
})
