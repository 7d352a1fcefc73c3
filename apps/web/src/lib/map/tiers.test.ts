import { expect, it } from 'vitest'
import { readGraph } from './graph.ts'
import { demoGraphs, realGraphs } from './testing.ts'
import { tiersByLayer } from './tiers.ts'

const zone = (layer: number, tier?: number) => ({ type: 'boss_arena', display_name: 'x', layer, tier })
const { nodes } = readGraph({
	nodes: { a: zone(0, 1), b: zone(1, 4), c: zone(1, 4), d: zone(2, 7), e: zone(2, 5), f: zone(3) },
	edges: [],
})

it('names the tier of a layer once, and the span where its zones differ', () => {
	expect([...tiersByLayer(nodes)]).toEqual([
		[0, '1'],
		[1, '4'],
		[2, '5–7'],
	])
})

it('tells nothing of zones that are not shown', () => {
	expect([...tiersByLayer(nodes.filter(({ id }) => id === 'd'))]).toEqual([[2, '7']])
})

it.each([...demoGraphs(), ...realGraphs(1)])(
	'finds one tier a layer in $name, so that the head tells it of each zone',
	({ graph }) => {
		for (const tier of tiersByLayer(graph.nodes).values()) expect(tier).toMatch(/^\d+$/)
	},
)
