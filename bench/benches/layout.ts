import { crossings } from '../../apps/web/src/lib/map/crossings.ts'
import { importance, overlap, placeLabels } from '../../apps/web/src/lib/map/labels.ts'
import { layoutMap } from '../../apps/web/src/lib/map/layout.ts'
import { shapes } from '../../apps/web/src/lib/map/shapes.ts'
import { demoGraphs, fewestCrossings, layersOf, realGraphs } from '../../apps/web/src/lib/map/testing.ts'
import type { NamedGraph } from '../../apps/web/src/lib/map/testing.ts'
import { median } from '../machine/figures.ts'
import { barycentre } from '../reference/barycentre.ts'
import type { Bench, Stage } from '../stage.ts'

type Ranks = ReadonlyMap<string, number>
type Link = { from: string; to: string }

const MOST_MS = { narrow: 8, wide: 300 }
/** Full size, and how much larger type is from farther away. */
const SCALES = [1, 1.25, 2, 3, 4]
const FIGURES = { text: '2× 1:23:45', deaths: ' · 12 †' }

const options = { rounds: 15, demos: 4 }

export const bench: Bench<typeof options> = {
	about: 'The drawing of the map against its proven best, and against two barycentre sweeps',
	options,
	run(stage, { rounds, demos }) {
		const seeds = [...realGraphs(), ...demoGraphs(demos)]
		const drawn = seeds.map((seed) => draw(stage, seed, rounds))
		const sum = (pick: (each: Drawn) => number) => drawn.reduce((total, each) => total + pick(each), 0)
		const wide = [5, 6].map((width) => ({ width, ms: timeWide(width) }))
		return Promise.resolve([
			{
				what: `crossings on ${seeds.length} seeds, against the fewest there are`,
				unit: '',
				ours: sum((each) => each.crossings),
				reference: sum((each) => each.fewest),
				must: 'the same on every seed',
				holds: drawn.every((each) => each.crossings === each.fewest),
			},
			{
				what: 'crossings, against two barycentre sweeps',
				unit: '',
				ours: sum((each) => each.crossings),
				reference: sum((each) => each.swept.crossings),
			},
			{
				what: 'tracks that lines change over, against the sweeps',
				unit: '',
				ours: sum((each) => each.rise),
				reference: sum((each) => each.swept.rise),
			},
			{
				what: 'lines that are not level, against the sweeps',
				unit: '',
				ours: sum((each) => each.bent),
				reference: sum((each) => each.swept.bent),
			},
			{
				what: `names on a station or another name, at ${SCALES.length} scales`,
				unit: '',
				ours: sum((each) => each.overlaps),
				must: '0',
				holds: drawn.every((each) => each.overlaps === 0),
			},
			{
				what: 'names left out at full size',
				unit: '',
				ours: sum((each) => each.nameless),
				must: '0',
				holds: drawn.every((each) => each.nameless === 0),
			},
			{
				what: 'CPU time of a layout, median over the seeds, against the sweeps alone',
				unit: 'ms',
				ours: median(drawn.map(({ ms }) => ms)),
				reference: median(drawn.map(({ swept }) => swept.ms)),
				must: `< ${MOST_MS.narrow} ms`,
				holds: median(drawn.map(({ ms }) => ms)) < MOST_MS.narrow,
			},
			...wide.map(({ width, ms }) => ({
				what: `CPU time of a layout of 29 layers, ${width} nodes each`,
				unit: 'ms',
				ours: ms,
				must: `< ${MOST_MS.wide} ms`,
				holds: ms < MOST_MS.wide,
			})),
		])
	},
}

type Drawing = { crossings: number; rise: number; bent: number; ms: number }
type Drawn = Drawing & { fewest: number; overlaps: number; nameless: number; swept: Drawing }

function draw(stage: Stage, { name, graph }: NamedGraph, rounds: number): Drawn {
	const { nodes, edges } = graph
	const layers = layersOf(graph)
	const { value: layout, ms } = timed(rounds, () => layoutMap(nodes, edges))
	const sorted = timed(rounds, () => barycentre(layers, edges))
	const layerOf = new Map(nodes.map(({ id, layer }) => [id, layer]))
	const tracks = new Map([...layout.places].map(([id, { track }]) => [id, track]))
	const counts = SCALES.map((scale) => countOverlaps(graph, layout, scale))
	const drawn = {
		...judge(edges, layerOf, tracks),
		ms,
		fewest: fewestCrossings(layers, edges),
		overlaps: counts.reduce((sum, { overlaps }) => sum + overlaps, 0),
		nameless: nodes.length - (counts[0]?.named ?? 0),
		swept: { ...judge(edges, layerOf, sorted.value), ms: sorted.ms },
	}
	stage.say(
		`${name.padEnd(52)} crossings ${drawn.crossings} of ${drawn.fewest} at least, swept ${drawn.swept.crossings}; ` +
			`not level ${drawn.bent}, swept ${drawn.swept.bent}; overlaps ${drawn.overlaps}; ` +
			`${ms.toFixed(2)} ms, swept ${sorted.ms.toFixed(2)} ms`,
	)
	return drawn
}

function judge(links: readonly Link[], layerOf: Ranks, trackOf: Ranks) {
	const rises = links.map(({ from, to }) => Math.abs(trackOf.get(from)! - trackOf.get(to)!))
	return {
		crossings: crossings(links, layerOf, trackOf),
		rise: rises.reduce((sum, rise) => sum + rise, 0),
		bent: rises.filter((rise) => rise > 0).length,
	}
}

function countOverlaps(
	{ nodes }: NamedGraph['graph'],
	layout: ReturnType<typeof layoutMap>,
	scale: number,
): { overlaps: number; named: number } {
	const radiusOf = (kind: (typeof nodes)[number]['kind']) => shapes[kind].radius * Math.sqrt(scale)
	const named = nodes.map(({ id, name, kind }) => ({
		id,
		name,
		figures: FIGURES,
		radius: radiusOf(kind),
		importance: importance(kind, true, false),
	}))
	const labels = [...placeLabels(named, layout, layout.lines, scale).values()]
	const stations = nodes.map(({ id, kind }) => {
		const [{ x, y }, r] = [layout.places.get(id)!, radiusOf(kind)]
		return { left: x - r, right: x + r, top: y - r, bottom: y + r }
	})
	const overlaps = labels.flatMap(({ box }, i) => [
		...labels.slice(i + 1).filter((other) => overlap(box, other.box)),
		...stations.filter((station) => overlap(box, station)),
	])
	return { overlaps: overlaps.length, named: labels.length }
}

/** Every node of a layer has two lines to the next; which, a fixed sequence says. */
function timeWide(width: number): number {
	let state = 1
	const next = () => (state = (state * 48_271) % 2_147_483_647)
	const nodes = Array.from({ length: 29 * width }, (_, i) => ({ id: `n${i}`, layer: Math.floor(i / width) }))
	const edges = nodes.flatMap(({ id, layer }) =>
		layer === 28 ? [] : [0, 1].map(() => ({ from: id, to: `n${(layer + 1) * width + (next() % width)}` })),
	)
	return timed(3, () => layoutMap(nodes, edges)).ms
}

/** The median of some runs, after one that is not counted: its code was not compiled yet. */
function timed<T>(rounds: number, run: () => T): { value: T; ms: number } {
	const value = run()
	// Of the processor, not of the clock: others may be using the machine.
	const times = Array.from({ length: rounds }, () => {
		const before = process.cpuUsage().user
		run()
		return (process.cpuUsage().user - before) / 1_000
	})
	return { value, ms: median(times) }
}
