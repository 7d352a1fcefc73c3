import { describe, expect, it } from 'vitest'
import { makeGraph } from '@speedfog/forge/make-graph'
import { demoPools } from '@speedfog/forge/pools'
import { fold } from './fold.ts'
import { readGraph } from './graph.ts'
import { layoutMap } from './layout.ts'
import { crossings } from './crossings.ts'
import type { Edge } from './edge.ts'
import { orderLayers } from './order.ts'
import { meetings } from './route.ts'
import { demoGraphs, layersOf, realGraphs } from './testing.ts'

const diamond = {
	nodes: [
		{ id: 'start', layer: 0 },
		{ id: 'cave', layer: 1 },
		{ id: 'keep', layer: 1 },
		{ id: 'end', layer: 2 },
	],
	edges: [
		{ from: 'start', to: 'cave' },
		{ from: 'start', to: 'keep' },
		{ from: 'cave', to: 'end' },
		{ from: 'keep', to: 'end' },
	],
}
const standard = readGraph(makeGraph(11, demoPools.training_standard))

describe('layoutMap', () => {
	it('draws the same graph the same way, whatever the order of its nodes and edges', () => {
		const once = layoutMap(standard.nodes, standard.edges)
		const again = layoutMap([...standard.nodes].reverse(), standard.edges)
		expect([...again.places].sort()).toEqual([...once.places].sort())
	})

	it('places layers from left to right at even distances', () => {
		const { columns, places } = layoutMap(diamond.nodes, diamond.edges)
		expect(columns[1]!.x - columns[0]!.x).toBe(columns[2]!.x - columns[1]!.x)
		for (const { id, layer } of diamond.nodes) expect(places.get(id)?.x).toBe(columns[layer]?.x)
	})

	it('gives no two nodes one place', () => {
		const { places } = layoutMap(standard.nodes, standard.edges)
		expect(places.size).toBe(standard.nodes.length)
		expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(places.size)
	})

	it('draws every edge from node to node, level, at 45° or straight up', () => {
		const { lines, places } = layoutMap(standard.nodes, standard.edges)
		expect(lines).toHaveLength(standard.edges.length)
		for (const { from, to, corners } of lines) {
			for (const [id, end] of [
				[from, corners[0]],
				[to, corners.at(-1)],
			] as const) {
				expect(end?.x).toBe(places.get(id)?.x)
				expect(Math.abs(end!.y - places.get(id)!.y)).toBeLessThan(12)
			}
			for (const [i, b] of corners.slice(1).entries()) {
				const [dx, dy] = [b.x - corners[i]!.x, Math.abs(b.y - corners[i]!.y)]
				expect(dx).toBeGreaterThanOrEqual(0)
				if (dx > 0 && dy > 0) expect(dy).toBeCloseTo(dx)
			}
		}
	})

	it.each([...realGraphs(1), ...demoGraphs()])(
		'crosses no lines of $name but those whose ends are in opposite order',
		({ graph }) => {
			const { lines, places } = layoutMap(graph.nodes, graph.edges)
			const drawn = lines.flatMap((a, i) => lines.slice(i + 1).flatMap((b) => meetings(a, b)))
			const ranks = (key: 'layer' | 'track') => new Map([...places].map(([id, place]) => [id, place[key]]))
			expect(drawn).toHaveLength(crossings(graph.edges, ranks('layer'), ranks('track')))
		},
	)

	it('leads an edge over several layers past the nodes between', () => {
		const nodes = [
			{ id: 'a', layer: 0 },
			{ id: 'b', layer: 1 },
			{ id: 'c', layer: 2 },
		]
		const edges = [
			{ from: 'a', to: 'b' },
			{ from: 'b', to: 'c' },
			{ from: 'a', to: 'c' },
		]
		const { lines, places } = layoutMap(nodes, edges)
		expect([...places.keys()]).toEqual(['a', 'b', 'c'])
		const { corners } = lines.find((line) => line.to === 'c' && line.from === 'a')!
		const b = places.get('b')!
		const beside = corners.findIndex(({ x }, i) => x < b.x && (corners[i + 1]?.x ?? 0) > b.x)
		expect(Math.abs(corners[beside]!.y - b.y)).toBeGreaterThan(30)
		expect(corners[beside + 1]!.y).toBe(corners[beside]!.y)
	})

	it('goes on in the next row where it is folded: every node once, every line in both rows', () => {
		const folded = fold(standard.nodes.at(-1)!.layer + 1, 1200)
		const { lines, places, rows, width } = layoutMap(standard.nodes, standard.edges, folded)
		expect(rows).toBeGreaterThan(1)
		expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(standard.nodes.length)
		for (const { x } of places.values()) expect(x).toBeLessThan(width)
		for (const { d, from, to } of lines) {
			const parts = places.get(from)!.x < places.get(to)!.x ? 1 : 2
			expect(d.match(/M/g)).toHaveLength(parts)
		}
	})

	it('leaves out edges that lead nowhere, backwards or within a layer', () => {
		const edges = [
			{ from: 'start', to: 'nowhere' },
			{ from: 'end', to: 'start' },
			{ from: 'cave', to: 'keep' },
		]
		expect(layoutMap(diamond.nodes, edges).lines).toEqual([])
	})

	it('draws a graph of one node, and none', () => {
		expect(layoutMap([{ id: 'only', layer: 0 }], []).places.size).toBe(1)
		expect(layoutMap([], []).places.size).toBe(0)
	})
})

describe('orderLayers, for layers wider than every order can be tried', () => {
	it('takes apart lines that cross without need', () => {
		const layers = [
			['a', 'b'],
			['c', 'd'],
		]
		const links = [
			{ from: 'a', to: 'd' },
			{ from: 'b', to: 'c' },
		]
		expect(count(layers, links)).toBe(1)
		expect(count(orderLayers(layers, links), links)).toBe(0)
	})

	it('never ends with more crossings than it began with', () => {
		const layers = layersOf(standard)
		const ordered = orderLayers(layers, standard.edges)
		expect(count(ordered, standard.edges)).toBeLessThan(count(layers, standard.edges))
	})

	it('draws layers of twelve', () => {
		const nodes = Array.from({ length: 36 }, (_, i) => ({ id: `n${i}`, layer: i % 3 }))
		const edges = nodes.flatMap(({ id }, i) => (i % 3 === 2 ? [] : { from: id, to: `n${(i * 7 + 1) % 36}` }))
		const { places } = layoutMap(nodes, edges)
		expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(36)
	})
})

function count(layers: readonly string[][], links: readonly Edge[]): number {
	const ranks = (of: (layer: number, slot: number) => number) =>
		new Map(layers.flatMap((ids, layer) => ids.map((id, slot) => [id, of(layer, slot)] as const)))
	return crossings(
		links,
		ranks((layer) => layer),
		ranks((_, slot) => slot),
	)
}
