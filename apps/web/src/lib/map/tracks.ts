import type { Edge } from './edge.ts'

/** The widest layer for which every placement is tried. */
export const widestProven = 6

/**
 * The track that each node rides on, 0 at the top. Exact for links between neighbouring layers: of all placements
 * of all layers' nodes on the tracks the one with the fewest crossings, of those the one with the least sum of
 * track differences, then the fewest lines that leave their track, the fewest steep ones, the nearest to the middle.
 *
 * Dynamic programming from layer to layer: a layer of n nodes has at most 720 placements on 6 tracks, and what a
 * link costs depends on the placements of its two layers alone.
 */
export function assignTracks(
	layers: readonly (readonly string[])[],
	links: readonly Edge[],
): Map<string, number> {
	const trackCount = Math.max(1, ...layers.map((layer) => layer.length))
	const choices = layers.map((layer) => placements(layer.length, trackCount))
	const between = linksBetween(layers, links)

	let totals = startTotals(choices[0], trackCount)
	const cameFrom: Uint16Array[] = []
	for (let layer = 1; layer < layers.length; layer++) {
		const [left, right] = [choices[layer - 1], choices[layer]]
		if (!left || !right) break
		const step = advance(totals, left, right, between[layer] ?? [], trackCount)
		cameFrom[layer] = step.cameFrom
		totals = step.totals
	}

	const tracks = new Map<string, number>()
	let chosen = cheapest(totals)
	for (let layer = layers.length - 1; layer >= 0; layer--) {
		layers[layer]?.forEach((id, slot) => tracks.set(id, choices[layer]?.tracks[chosen]?.[slot] ?? 0))
		chosen = cameFrom[layer]?.[chosen] ?? 0
	}
	return tracks
}

/**
 * A cost in two numbers, the first compared first. Whole numbers below 2^53: `most` holds crossings and track
 * differences, `rest` lines that leave their track, their squared differences and the distance from the middle.
 */
type Totals = { most: Float64Array; rest: Float64Array }

const unit = { crossing: 2 ** 22, bend: 2 ** 28, steep: 2 ** 12 }

/**
 * All ways to lay `count` nodes on the tracks, as a tree that shares their beginnings: each twig lays one node on
 * a track below its parent's. Parents come before children, so that one loop adds up the costs of all placements.
 */
type Placements = {
	count: number
	parent: Int16Array
	/** Places in a price list: of a twig's node under the set of those above it, and of its node on its track. */
	order: Uint16Array
	spot: Uint16Array
	/** The twig that ends each placement, and its tracks by node. */
	ends: Int16Array
	tracks: readonly (readonly number[])[]
	/** The placement that is each one's reflection, top for bottom. */
	mirror: Uint16Array
}

const known = new Map<string, Placements>()

function placements(count: number, trackCount: number): Placements {
	const key = `${count} ${trackCount}`
	const found = known.get(key) ?? growPlacements(count, trackCount)
	known.set(key, found)
	return found
}

function growPlacements(count: number, trackCount: number): Placements {
	type Twig = { parent: number; node: number; track: number; above: number; depth: number; tracks: number[] }
	const twigs: Twig[] = []
	const grow = (parent: number, above: number, from: number, depth: number, tracks: number[]) => {
		for (let track = from; track <= trackCount - (count - depth); track++)
			for (let node = 0; node < count; node++) {
				if (above & (1 << node)) continue
				const laid = [...tracks]
				laid[node] = track
				const at = twigs.push({ parent, node, track, above, depth, tracks: laid }) - 1
				grow(at, above | (1 << node), track + 1, depth + 1, laid)
			}
	}
	grow(-1, 0, 0, 0, [])
	const ends = twigs.flatMap(({ depth }, at) => (depth === count - 1 ? at : []))
	// An empty layer has one placement too: nothing anywhere.
	const tracks = count === 0 ? [[]] : ends.map((at) => twigs[at]?.tracks ?? [])
	const places = new Map(tracks.map((each, i) => [each.join(), i]))
	const reflected = tracks.map((each) => each.map((track) => trackCount - 1 - track).join())
	return {
		count,
		// The root comes after all twigs.
		parent: Int16Array.from(twigs, ({ parent }) => (parent < 0 ? twigs.length : parent)),
		order: Uint16Array.from(twigs, ({ node, above }) => (node << widestProven) | above),
		spot: Uint16Array.from(twigs, ({ node, track }) => node * trackCount + track),
		ends: count === 0 ? Int16Array.of(0) : Int16Array.from(ends),
		tracks,
		mirror: Uint16Array.from(reflected, (key) => places.get(key)!),
	}
}

function startTotals(choice: Placements | undefined, trackCount: number): Totals {
	const rest = Float64Array.from(choice?.tracks ?? [], (tracks) =>
		tracks.reduce((sum, track) => sum + offCentre(track, trackCount), 0),
	)
	return { most: new Float64Array(rest.length), rest }
}

const offCentre = (track: number, trackCount: number) => Math.abs(2 * track - (trackCount - 1))

/** For every placement of the right layer the cheapest of the left one. */
function advance(
	before: Totals,
	left: Placements,
	right: Placements,
	links: readonly Link[],
	trackCount: number,
): { totals: Totals; cameFrom: Uint16Array } {
	const { parent, order, spot, ends } = right
	const [twigs, count] = [parent.length, ends.length]
	const totals = { most: new Float64Array(count).fill(Infinity), rest: new Float64Array(count) }
	const cameFrom = new Uint16Array(count)
	const price = priceList(right.count, trackCount)
	const { under, most: mostAt, rest: restAt } = price
	// The last place is the root's.
	const most = new Float64Array(twigs + 1)
	const restOf = (end: number, start: number) => {
		let sum = start
		for (let at = end; at < twigs; at = parent[at]!) sum += restAt[spot[at]!]!
		return sum
	}
	for (let choice = 0; choice < left.ends.length; choice++) {
		// A drawing costs as much as its reflection: half of the left side will do.
		if (left.mirror[choice]! < choice) continue
		readPrices(price, left.tracks[choice] ?? [], links)
		most[twigs] = before.most[choice]!
		for (let at = 0; at < twigs; at++) most[at] = most[parent[at]!]! + under[order[at]!]! + mostAt[spot[at]!]!
		for (let end = 0; end < count; end++) {
			const at = ends[end]!
			if (most[at]! > totals.most[end]!) continue
			const rest = restOf(at, before.rest[choice]!)
			if (most[at] === totals.most[end] && rest >= totals.rest[end]!) continue
			totals.most[end] = most[at]!
			totals.rest[end] = rest
			cameFrom[end] = choice
		}
	}
	for (let end = 0; end < count; end++) {
		const twin = right.mirror[end]!
		if (!isLess(totals, twin, end)) continue
		totals.most[end] = totals.most[twin]!
		totals.rest[end] = totals.rest[twin]!
		cameFrom[end] = left.mirror[cameFrom[twin]!]!
	}
	return { totals, cameFrom }
}

/** A link by the places of its nodes in the lists of their layers. */
type Link = { from: number; to: number }

function linksBetween(layers: readonly (readonly string[])[], links: readonly Edge[]): Link[][] {
	const spot = new Map(layers.flatMap((ids, layer) => ids.map((id, slot) => [id, { layer, slot }])))
	const between: Link[][] = layers.map(() => [])
	for (const { from, to } of links) {
		const [a, b] = [spot.get(from), spot.get(to)]
		if (a && b) between[b.layer]?.push({ from: a.slot, to: b.slot })
	}
	return between
}

/** What it costs to lay a node of the right layer, once the left layer lies. */
type PriceList = {
	/** [node, set of nodes above it]: crossings. */
	under: Float64Array
	/** [node, track]: track differences; bends, steepness and distance from the middle. */
	most: Float64Array
	rest: Float64Array
	/** [upper, lower]: crossings of the links of two nodes. */
	pairs: Float64Array
	trackCount: number
	count: number
}

const priceList = (count: number, trackCount: number): PriceList => ({
	under: new Float64Array(count << widestProven),
	most: new Float64Array(count * trackCount),
	rest: new Float64Array(count * trackCount),
	pairs: new Float64Array(count * count),
	trackCount,
	count,
})

function readPrices(price: PriceList, left: readonly number[], links: readonly Link[]): void {
	const { under, most, rest, pairs, trackCount, count } = price
	pairs.fill(0)
	for (const upper of links)
		for (const lower of links)
			if (upper.to !== lower.to && left[upper.from]! > left[lower.from]!)
				pairs[upper.to * count + lower.to]! += unit.crossing
	for (let node = 0; node < count; node++)
		for (let above = 1; above < 1 << count; above++) {
			const first = 31 - Math.clz32(above & -above)
			under[(node << widestProven) | above] =
				under[(node << widestProven) | (above & (above - 1))]! + pairs[first * count + node]!
		}
	most.fill(0)
	for (let node = 0; node < count; node++)
		for (let track = 0; track < trackCount; track++)
			rest[node * trackCount + track] = offCentre(track, trackCount)
	for (const { from, to } of links)
		for (let track = 0; track < trackCount; track++) {
			const rise = Math.abs(left[from]! - track)
			if (rise === 0) continue
			most[to * trackCount + track]! += rise
			rest[to * trackCount + track]! += unit.bend + rise * rise * unit.steep
		}
}

function cheapest(totals: Totals): number {
	let best = 0
	for (let at = 1; at < totals.most.length; at++) if (isLess(totals, at, best)) best = at
	return best
}

const isLess = ({ most, rest }: Totals, a: number, b: number) =>
	most[a]! < most[b]! || (most[a] === most[b] && rest[a]! < rest[b]!)
