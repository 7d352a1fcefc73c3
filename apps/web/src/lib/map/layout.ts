import type { Edge } from './edge.ts'
import { assignLanes } from './lanes.ts'
import { orderLayers } from './order.ts'

export type LayoutNode = { id: string; layer: number }

export type Place = { x: number; y: number; layer: number; lane: number }
type Line = { from: string; to: string; d: string }

export type Layout = {
	width: number
	height: number
	/** x of each layer, from 0. */
	columns: number[]
	places: Map<string, Place>
	lines: Line[]
	/** The width in px that a label may take without touching its neighbour's, per layer. */
	labelWidths: number[]
}

/**
 * px: distance of two lanes, shortest distance of two layers, straight run at both ends of a line, margins,
 * radius of a bend, and the widest label that a line leaving its node by one lane does not cross.
 */
const size = {
	lane: 66,
	gap: 172,
	stub: 20,
	marginX: 84,
	marginTop: 42,
	marginBottom: 58,
	bend: 10,
	label: 128,
}

/**
 * Places a layered graph as a metro map: layers from left to right, nodes on lanes, lines that run level
 * or at 45°. The same graph always gets the same drawing.
 */
export function layoutMap(nodes: readonly LayoutNode[], edges: readonly Edge[]): Layout {
	const grid = toGrid(nodes, edges)
	const layers = orderLayers(grid.layers, grid.links)
	const lanes = assignLanes(layers, grid.links)
	const laneOf = (id: string) => lanes.get(id) ?? 0

	const gaps = layers.slice(1).map((_, i) => {
		const here = new Set(layers[i])
		const rises = grid.links
			.filter((l) => here.has(l.from))
			.map((l) => Math.abs(laneOf(l.to) - laneOf(l.from)))
		return Math.max(size.gap, Math.max(0, ...rises) * size.lane + 2 * size.stub)
	})
	const columns = [size.marginX]
	for (const gap of gaps) columns.push((columns.at(-1) ?? 0) + gap)

	const places = new Map<string, Place>()
	for (const [layer, ids] of layers.entries())
		for (const id of ids)
			places.set(id, {
				x: columns[layer] ?? 0,
				y: size.marginTop + laneOf(id) * size.lane,
				layer,
				lane: laneOf(id),
			})

	const laneCount = 1 + Math.max(0, ...lanes.values())
	const lines = grid.chains.map(({ from, to, chain }) => ({
		from,
		to,
		d: metroPath(chain.flatMap((id) => places.get(id) ?? [])),
	}))
	for (const { chain } of grid.chains) for (const id of chain.slice(1, -1)) places.delete(id)

	return {
		width: (columns.at(-1) ?? 0) + size.marginX,
		height: size.marginTop + (laneCount - 1) * size.lane + size.marginBottom,
		columns,
		places,
		lines,
		labelWidths: columns.map((_, i) =>
			Math.min(size.label, (gaps[i - 1] ?? Infinity) - 10, (gaps[i] ?? Infinity) - 10),
		),
	}
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

/** Level, one 45° run with rounded bends in the middle of the gap, level again. */
function metroPath(stops: readonly Place[]): string {
	const [first] = stops
	if (!first) return ''
	let d = `M${first.x} ${first.y}`
	for (const [i, b] of stops.slice(1).entries()) {
		const a = stops[i] ?? first
		const rise = b.y - a.y
		const run = Math.abs(rise)
		if (run === 0) {
			d += `H${b.x}`
			continue
		}
		const dir = Math.sign(rise)
		const x1 = (a.x + b.x - run) / 2
		const x2 = x1 + run
		const r = size.bend
		const k = r * Math.SQRT1_2
		d +=
			`H${px(x1 - r)}Q${px(x1)} ${a.y} ${px(x1 + k)} ${px(a.y + dir * k)}` +
			`L${px(x2 - k)} ${px(b.y - dir * k)}Q${px(x2)} ${b.y} ${px(x2 + r)} ${b.y}H${b.x}`
	}
	return d
}

const px = (n: number) => Math.round(n * 10) / 10
