import type { VisitView } from '@speedfog/core/protocol/shapes'
import { fold, size, type Fold } from './fold.ts'
import { interrupt, type Laid } from './gaps.ts'
import type { Figures, MapGraph, MapNode } from './graph.ts'
import { importance, letters, placeLabels, type Label } from './labels.ts'
import type { Layout, Place } from './layout.ts'
import { shapes } from './shapes.ts'
import { tiersByLayer } from './tiers.ts'
import { look } from './sight.ts'
import { edgeKey } from './walk.ts'
import * as ways from './ways.ts'

export type PictureOf = {
	graph: MapGraph
	/** Laid in the rows that `pictureRows` tells. */
	layout: Layout
	visits: readonly VisitView[]
	/** As on the page: else only what was found is in the picture. */
	revealed: boolean
	figures: (nodeId: string) => Figures | undefined
	title: string
	subtitle: string
	/** The value of one of the page's colours: `colour('--gold')`. */
	colour: (name: string) => string
}

/** Wide enough for a post, and for a standard run in three rows. */
const widthPx = 1_300
const headPx = 64

/** What is hidden is not laid in rows, which would tell how much there is. */
export const pictureRows = ({ nodes }: MapGraph, revealed: boolean): Fold | undefined =>
	revealed ? fold(1 + Math.max(0, ...nodes.map(({ layer }) => layer)), widthPx) : undefined

/** The map as an SVG that needs nothing of the page: for sharing. */
export function picture({ graph, layout, visits, revealed, ...told }: PictureOf): string {
	const { figures, title, subtitle, colour } = told
	const sight = look(graph, visits, revealed)
	const lines = layout.lines.map((line) => ({ ...line, key: edgeKey(line.from, line.to) }))
	const walked = ways.strokes(layout, sight.way)
	const taken = new Set(walked.map(({ key }) => key))
	const untaken = lines.filter(({ key }) => sight.lines.has(key) && !taken.has(key))
	const gaps = interrupt([
		...untaken.map((line): Laid => ({ line, key: line.key, rank: 0, width: 2.5 })),
		...walked.map(({ line, key }, i): Laid => ({ line, key, rank: 1 + i, width: 5 })),
	])
	const stations = graph.nodes.flatMap((node) => {
		const place = layout.places.get(node.id)
		return place && sight.known.has(node.id) ? [{ node, place }] : []
	})
	const labels = placeLabels(
		stations.map(({ node }) => ({
			id: node.id,
			name: node.name,
			figures: figures(node.id),
			radius: shapes[node.kind].radius,
			importance: importance(node.kind, sight.visited.has(node.id), false),
		})),
		layout,
		[...untaken, ...walked.map(({ line }) => line)],
	)

	const tiers = tiersByLayer(stations.map(({ node }) => node))
	const last = layout.columns[sight.frontier]?.x ?? 0
	const width = revealed ? layout.width : last + size.marginX
	const height = layout.height + headPx
	const stroke = (d: string, key: string, name: string, weight: number) =>
		`<path d="${d}" fill="none" stroke="${colour(name)}" stroke-width="${weight}" stroke-linejoin="round"` +
		`${gaps.has(key) ? ` stroke-dasharray="${gaps.get(key)}"` : ''}/>`
	const back = (d: string, dashes: string) =>
		`<path d="${d}" fill="none" stroke="${colour('--ink-faint')}" stroke-width="1.75" stroke-dasharray="${dashes}" stroke-linecap="round"/>`
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 ${-headPx} ${width} ${height}" font-family="system-ui, 'Segoe UI', Roboto, sans-serif" font-size="${letters.type}">`,
		`<rect y="${-headPx}" width="${width}" height="${height}" fill="${colour('--sunken')}"/>`,
		`<text x="32" y="-28" font-size="20" font-weight="600" fill="${colour('--gold')}">${escape(title)}</text>`,
		`<text x="32" y="-6" font-size="13" fill="${colour('--ink-soft')}">${escape(subtitle)}</text>`,
		...layout.columns.flatMap(({ x, top }, layer) => ruler(x, top, layer, tiers.get(layer), colour)),
		...untaken.map(({ d, key, track }) => stroke(d, key, `--line-${track % 4}`, 2.5)),
		...ways.arches(layout, sight.way).flatMap(({ d, head }) => [back(d, '0.1 4.5'), back(head, 'none')]),
		...walked.map(({ line, key, branch }) => stroke(line.d, key, ways.tokenOf(branch), 5)),
		...stations.map(({ node, place }) =>
			station(node, place, labels.get(node.id), figures(node.id), sight.visited.has(node.id), colour),
		),
		'</svg>',
	].join('\n')
}

/** The head of a layer of which something is in the picture. */
function ruler(x: number, top: number, layer: number, tier: string | undefined, colour: PictureOf['colour']) {
	if (tier === undefined) return []
	return [
		`<text x="${x}" y="${top + 17}" text-anchor="middle" font-size="10" fill="${colour('--ink-faint')}">${layer + 1} · tier ${tier}</text>`,
	]
}

function station(
	{ kind }: MapNode,
	{ x, y }: Place,
	label: Label | undefined,
	figures: Figures | undefined,
	visited: boolean,
	colour: (name: string) => string,
): string {
	const shape = shapes[kind]
	const own = colour(tokenIn(shape.colour))
	const ground = colour('--sunken')
	const inner =
		shape.inner &&
		`<path d="${shape.inner}" fill="none" stroke="${visited ? ground : own}" stroke-width="2"/>`
	const [first = '', second] = label?.lines ?? []
	const end = figures
		? `<tspan fill="${colour('--gold')}">${escape(figures.text + figures.deaths)}</tspan>`
		: ''
	const below = [
		...(second === undefined ? [] : [label?.apart ? escape(second) : `${escape(second)}${end && ' '}${end}`]),
		...(label?.apart ? [end] : []),
	]
	return (
		`<g transform="translate(${x} ${y})"><path d="${shape.outline}" fill="${visited ? own : ground}" stroke="${own}" stroke-width="2.25"/>${inner}` +
		(label
			? `<text text-anchor="middle" xml:space="preserve" fill="${colour(visited ? '--ink' : '--ink-faint')}" stroke="${ground}" stroke-width="4" stroke-linejoin="round" paint-order="stroke">` +
				[escape(first), ...below]
					.map((line, i) => `<tspan x="0" y="${label.y - y + letters.leading * i}">${line}</tspan>`)
					.join('') +
				'</text>'
			: '') +
		'</g>'
	)
}

/** "var(--ink)" → "--ink". */
const tokenIn = (value: string) => /--[\w-]+/.exec(value)?.[0] ?? '--ink'

const escape = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
