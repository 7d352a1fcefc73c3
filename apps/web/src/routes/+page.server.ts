import { makeGraph } from '@speedfog/forge/make-graph'
import { demoPools } from '@speedfog/forge/pools'
import { readGraph } from '$lib/map/graph.ts'
import { placeLabels } from '$lib/map/labels.ts'
import { layoutMap } from '$lib/map/layout.ts'
import { shapes } from '$lib/map/shapes.ts'

/** Drawn once, when the pages are built: the browser gets a finished drawing. */
export const prerender = true

const demoSeed = 7
/** How much larger signs and type are than on the map of a run: here they are seen from farther away. */
const scale = { signs: 1.5, type: 1.75 }

export function load() {
	const graph = readGraph(makeGraph(demoSeed, demoPools.training_sprint))
	const layout = layoutMap(graph.nodes, graph.edges)
	const { width, height, lines, places } = layout
	const way = wayThrough(graph.edges, graph.nodes.find((node) => node.kind === 'start')?.id)
	const stepOf = (id: string) => {
		const step = way.findIndex((key) => key.endsWith(` ${id}`)) + 1
		return places.get(id)?.layer === 0 || step > 0 ? step : -1
	}
	const labels = placeLabels(
		graph.nodes.map(({ id, name, kind }) => ({
			id,
			name: stepOf(id) < 0 ? '' : name,
			radius: shapes[kind].radius * scale.signs,
			importance: stepOf(id),
		})),
		layout,
		lines,
		scale.type,
	)
	return {
		demo: {
			width,
			height,
			scale,
			lines: lines.map(({ from, to, d }) => ({ d, step: way.indexOf(`${from} ${to}`) })),
			stations: graph.nodes.flatMap(({ id, kind }) => {
				const place = places.get(id)
				if (!place) return []
				const label = labels.get(id)
				const name = label?.lines[0] ? { lines: label.lines, y: label.y - place.y } : null
				return [{ kind, x: place.x, y: place.y, step: stepOf(id), name }]
			}),
		},
	}
}

/** The edges of one way from start to end, which takes another exit at every turn. */
function wayThrough(edges: readonly { from: string; to: string }[], start: string | undefined): string[] {
	const way: string[] = []
	for (let here = start; here !== undefined;) {
		const exits = edges.filter((edge) => edge.from === here)
		const next = exits[(way.length * 2 + 1) % Math.max(1, exits.length)]
		if (next) way.push(`${next.from} ${next.to}`)
		here = next?.to
	}
	return way
}
