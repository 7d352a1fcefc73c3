import { makeGraph } from '@speedfog/forge/make-graph'
import { demoPools } from '@speedfog/forge/pools'
import { readGraph } from '$lib/map/graph.ts'
import { layoutMap } from '$lib/map/layout.ts'

/** Drawn once, when the pages are built: the browser gets a finished drawing. */
export const prerender = true

const demoSeed = 7

export function load() {
	const graph = readGraph(makeGraph(demoSeed, demoPools.training_sprint))
	const { width, height, lines, places } = layoutMap(graph.nodes, graph.edges)
	const way = wayThrough(graph.edges, graph.nodes.find((node) => node.kind === 'start')?.id)
	return {
		demo: {
			width,
			height,
			lines: lines.map(({ from, to, d }) => ({ d, step: way.indexOf(`${from} ${to}`) })),
			stations: graph.nodes.flatMap(({ id, kind }) => {
				const place = places.get(id)
				if (!place) return []
				const step = place.layer === 0 ? 0 : way.findIndex((key) => key.endsWith(` ${id}`)) + 1
				return [{ kind, x: place.x, y: place.y, step: place.layer === 0 || step > 0 ? step : -1 }]
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
