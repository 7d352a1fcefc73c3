import type { Edge } from './edge.ts'
import { extent, rowHeight, size, unfolded, type Fold } from './fold.ts'
import { assignLanes } from './lanes.ts'
import { orderLayers } from './order.ts'
import { route, type Point, type Route } from './route.ts'
import { assignTracks, widestProven } from './tracks.ts'

export type LayoutNode = { id: string; layer: number }

export type Place = { x: number; y: number; layer: number; track: number }

/** An edge as it is drawn. */
export type Line = Edge & Route & { layer: number; /** Of the node that it leaves. */ track: number }

export type Layout = {
	width: number
	height: number
	/** px between two layers, the same everywhere. */
	gap: number
	/** Where each layer lies: its x, and the top of its row. */
	columns: { x: number; top: number }[]
	rows: number
	places: Map<string, Place>
	lines: Line[]
}

/** px between lines that leave or reach a node side by side. */
const portPx = 3.5

/**
 * Places a layered graph as a metro map: layers from left to right at even distances, nodes on tracks, lines that
 * run level or at 45°. Two lines cross only if their ends are in opposite order. The same graph always gets the
 * same drawing. Folded, it goes on in the next row as a text does.
 */
export function layoutMap(nodes: readonly LayoutNode[], edges: readonly Edge[], folded?: Fold): Layout {
	const grid = toGrid(nodes, edges)
	const tracks = trackNodes(grid)
	const trackOf = (id: string) => tracks.get(id) ?? 0
	const { perRow, rows } = folded ?? unfolded(grid.layers.length)

	const rises = grid.links.map(({ from, to }) => Math.abs(trackOf(to) - trackOf(from)))
	// The steepest rise may go straight up for less than half a track: no line gets in the way of another.
	const gap = Math.max(size.gap, (Math.max(0, ...rises) - 0.35) * size.track)
	const trackCount = 1 + Math.max(0, ...tracks.values())
	const { width, height } = extent(perRow, rows, trackCount, gap)
	const columns = grid.layers.map((_, layer) => ({
		x: size.marginX + (layer % perRow) * gap,
		top: Math.floor(layer / perRow) * rowHeight(trackCount),
	}))

	const places = new Map<string, Place>()
	for (const [layer, ids] of grid.layers.entries()) {
		const { x, top } = columns[layer] ?? { x: 0, top: 0 }
		for (const id of ids) {
			const track = trackOf(id)
			places.set(id, { x, y: top + size.marginTop + track * size.track, layer, track })
		}
	}

	const ports = spreadPorts(grid.links, trackOf)
	const lines = grid.chains.flatMap(({ from, to, chain }) => {
		const start = places.get(from)
		if (!start) return []
		const stops = chain.flatMap((id, i): Stop[] => {
			const place = places.get(id)
			if (!place) return []
			const port = i === 0 ? ports.out : i === chain.length - 1 ? ports.in : null
			const neighbour = i === 0 ? chain[1] : chain[i - 1]
			const { top } = columns[place.layer] ?? { top: 0 }
			return [{ x: place.x, y: place.y + (port?.get(`${id} ${neighbour}`) ?? 0), top }]
		})
		return { from, to, layer: start.layer, track: start.track, ...routeRows(stops, gap) }
	})
	for (const { chain } of grid.chains) for (const id of chain.slice(1, -1)) places.delete(id)

	return { width, height, gap, columns, rows, places, lines }
}

type Stop = Point & { top: number }

/** A line that goes on in another row ends at the right of its own, and begins anew at the left of the other. */
function routeRows(stops: readonly Stop[], gap: number): Route {
	const parts: Point[][] = [[]]
	for (const [i, stop] of stops.entries()) {
		const before = stops[i - 1]
		if (before && before.top !== stop.top) {
			parts.at(-1)?.push({ x: before.x + gap - 8, y: stop.y - stop.top + before.top })
			parts.push([{ x: stop.x - size.lead, y: stop.y }])
		}
		parts.at(-1)?.push(stop)
	}
	const [first = route([]), ...others] = parts.map(route)
	return { ...first, d: [first, ...others].map(({ d }) => d).join('') }
}

type Grid = {
	layers: string[][]
	/** Steps between neighbouring layers. */
	links: Edge[]
	/** Each edge as the stops it passes; a long edge passes an invisible stop in every layer between. */
	chains: { from: string; to: string; chain: string[] }[]
}

function toGrid(nodes: readonly LayoutNode[], edges: readonly Edge[]): Grid {
	const layerOf = new Map(nodes.map((n) => [n.id, n.layer]))
	const count = 1 + Math.max(0, ...layerOf.values())
	const layers: string[][] = Array.from({ length: count }, () => [])
	for (const { id, layer } of [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1))) layers[layer]?.push(id)

	const links: Edge[] = []
	const chains: Grid['chains'] = []
	for (const { from, to } of edges) {
		const first = layerOf.get(from)
		const last = layerOf.get(to)
		if (first === undefined || last === undefined || last <= first) continue
		const chain = [from]
		for (let layer = first + 1; layer < last; layer++) {
			const stop = `${from} ${to} ${layer}`
			layers[layer]?.push(stop)
			chain.push(stop)
		}
		chain.push(to)
		chains.push({ from, to, chain })
		chain.slice(1).forEach((id, i) => links.push({ from: chain[i] ?? from, to: id }))
	}
	return { layers, links, chains }
}

/** Proven best up to the width where that is quick; beyond it good by sweeps. */
function trackNodes({ layers, links }: Grid): Map<string, number> {
	const widest = Math.max(0, ...layers.map((layer) => layer.length))
	return widest <= widestProven ? assignTracks(layers, links) : assignLanes(orderLayers(layers, links), links)
}

/**
 * How far from a node's middle each of its lines begins and ends, by "node neighbour": a level line in the middle,
 * the others beside it in the order in which they part, so that lines which share a way lie side by side.
 */
function spreadPorts(links: readonly Edge[], trackOf: (id: string) => number) {
	const spread = (key: 'from' | 'to', other: 'from' | 'to') => {
		const ends = new Map<string, string[]>()
		for (const link of links) ends.set(link[key], [...(ends.get(link[key]) ?? []), link[other]])
		const ports = new Map<string, number>()
		for (const [id, neighbours] of ends) {
			neighbours.sort((a, b) => trackOf(a) - trackOf(b))
			const level = neighbours.findIndex((neighbour) => trackOf(neighbour) === trackOf(id))
			const middle = level < 0 ? (neighbours.length - 1) / 2 : level
			neighbours.forEach((neighbour, i) => ports.set(`${id} ${neighbour}`, (i - middle) * portPx))
		}
		return ports
	}
	return { out: spread('from', 'to'), in: spread('to', 'from') }
}
