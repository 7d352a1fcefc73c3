import { describe, expect, it } from 'vitest'
import type { MapGraph } from './graph.ts'
import { importance, overlap, placeLabels, type Named } from './labels.ts'
import { layoutMap } from './layout.ts'
import { shapes } from './shapes.ts'
import { demoGraphs, realGraphs } from './testing.ts'

const figures = { text: '2× 1:23:45', deaths: ' · 12 †' }
const name = (graph: MapGraph): Named[] =>
	graph.nodes.map(({ id, name, kind }) => ({
		id,
		name,
		figures,
		radius: shapes[kind].radius,
		importance: importance(kind, true, false),
	}))

describe.each([...realGraphs(1), ...demoGraphs()])('the names on the map of $name', ({ graph }) => {
	const layout = layoutMap(graph.nodes, graph.edges)

	it('are all there at full size', () => {
		expect(placeLabels(name(graph), layout, layout.lines).size).toBe(graph.nodes.length)
	})

	it.each([1, 1.35, 1.9, 2.7, 3.6])(
		'touch no station and no other name with type %s times as large',
		(scale) => {
			const labels = [...placeLabels(name(graph), layout, layout.lines, scale).values()]
			for (const [i, a] of labels.entries()) {
				for (const b of labels.slice(i + 1)) expect(overlap(a.box, b.box), `${a.id} ${b.id}`).toBe(false)
				for (const { id, kind } of graph.nodes) {
					const { x, y } = layout.places.get(id)!
					const r = shapes[kind].radius
					const station = { left: x - r, right: x + r, top: y - r, bottom: y + r }
					expect(overlap(a.box, station), `${a.id} on ${id}`).toBe(false)
				}
			}
		},
	)
})

it('prefers the place where no line passes', () => {
	const nodes = [
		{ id: 'a', layer: 0 },
		{ id: 'b', layer: 1 },
		{ id: 'c', layer: 1 },
		{ id: 'd', layer: 1 },
	]
	const layout = layoutMap(
		nodes,
		['b', 'c', 'd'].map((to) => ({ from: 'a', to })),
	)
	const named = [{ id: 'a', name: 'A name of some length', radius: 8, importance: 1 }]
	const top = placeLabels(named, layout, layout.lines).get('a')!
	expect(top.lines).toEqual(['A name of', 'some length'])
	const free = placeLabels(named, layout, []).get('a')!
	expect(free.lines).toHaveLength(1)
})
