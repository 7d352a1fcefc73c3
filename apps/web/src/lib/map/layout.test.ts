import { describe, expect, it } from 'vitest'
import { makeGraph } from '@speedfog/forge/make-graph'
import { demoPools } from '@speedfog/forge/pools'
import { readGraph } from './graph.ts'
import { layoutMap } from './layout.ts'
import { crossings, orderLayers } from './order.ts'

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

/** The corners of a path without its bends: level runs and 45° runs. */
function runs(d: string): { dx: number; dy: number }[] {
	const points = [...d.matchAll(/([MHLQ])([-\d. ]+)/g)].map(([, letter, text]) => ({
		letter,
		n: text!.trim().split(' ').map(Number),
	}))
	let [x, y] = [0, 0]
	return points.flatMap(({ letter, n }) => {
		const [fromX, fromY] = [x, y]
		if (letter === 'H') x = n[0]!
		else [x, y] = letter === 'Q' ? [n[2]!, n[3]!] : [n[0]!, n[1]!]
		return letter === 'H' || letter === 'L' ? [{ dx: x - fromX, dy: y - fromY }] : []
	})
}

describe('layoutMap', () => {
	it('draws the same graph the same way, whatever the order of its nodes and edges', () => {
		const once = layoutMap(standard.nodes, standard.edges)
		const again = layoutMap([...standard.nodes].reverse(), standard.edges)
		expect([...again.places].sort()).toEqual([...once.places].sort())
	})

	it('places layers from left to right at even distances', () => {
		const { columns, places } = layoutMap(diamond.nodes, diamond.edges)
		expect(columns[1]! - columns[0]!).toBe(columns[2]! - columns[1]!)
		for (const { id, layer } of diamond.nodes) expect(places.get(id)?.x).toBe(columns[layer])
	})

	it('gives no two nodes one place', () => {
		const { places } = layoutMap(standard.nodes, standard.edges)
		expect(places.size).toBe(standard.nodes.length)
		expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(places.size)
	})

	it('draws every edge from node to node, level or at 45°', () => {
		const { lines, places } = layoutMap(standard.nodes, standard.edges)
		expect(lines).toHaveLength(standard.edges.length)
		for (const { from, to, d } of lines) {
			const [a, b] = [places.get(from)!, places.get(to)!]
			expect(d.startsWith(`M${a.x} ${a.y}`)).toBe(true)
			expect(d.endsWith(`H${b.x}`)).toBe(true)
			for (const { dx, dy } of runs(d)) {
				expect(dx).toBeGreaterThanOrEqual(0)
				if (dy !== 0) expect(Math.abs(Math.abs(dy) - dx)).toBeLessThan(0.5)
			}
		}
	})

	it('keeps the labels of neighbours apart', () => {
		const { columns, labelWidths } = layoutMap(standard.nodes, standard.edges)
		for (let i = 1; i < columns.length; i++)
			expect((labelWidths[i - 1]! + labelWidths[i]!) / 2).toBeLessThan(columns[i]! - columns[i - 1]!)
	})

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
		const long = lines.find((line) => line.from === 'a' && line.to === 'c')
		const short = lines.filter((line) => line !== long).map((line) => line.d)
		expect(short.join()).not.toContain(long!.d.slice(1, 40))
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

describe('orderLayers', () => {
	it('takes apart lines that cross without need', () => {
		const layers = [
			['a', 'b'],
			['c', 'd'],
		]
		const links = [
			{ from: 'a', to: 'd' },
			{ from: 'b', to: 'c' },
		]
		expect(crossings(layers, links)).toBe(1)
		expect(crossings(orderLayers(layers, links), links)).toBe(0)
	})

	it('never ends with more crossings than it began with', () => {
		for (let seed = 1; seed <= 20; seed++) {
			const graph = readGraph(makeGraph(seed, demoPools.training_standard))
			const layers: string[][] = []
			for (const { id, layer } of graph.nodes) (layers[layer] ??= []).push(id)
			const before = crossings(layers, graph.edges)
			expect(crossings(orderLayers(layers, graph.edges), graph.edges)).toBeLessThanOrEqual(before)
		}
	})

	it('counts the crossing at two shared ends as none', () => {
		const layers = [['a'], ['b', 'c']]
		const links = [
			{ from: 'a', to: 'b' },
			{ from: 'a', to: 'c' },
		]
		expect(crossings(layers, links)).toBe(0)
	})
})
