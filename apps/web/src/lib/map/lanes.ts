import type { Edge } from './edge.ts'

/** Beyond this many ways to spread a layer over the lanes it is only centred. */
const tooMany = 256
/** A line that leaves its lane costs as much as this many lanes of distance; a node off the middle a little. */
const cost = { bend: 0.6, offCentre: 0.01 }

/**
 * Gives every node a lane, keeping the order within its layer, so that lines run level where they can: exact
 * over all ways to spread each layer, layer after layer.
 */
export function assignLanes(
	layers: readonly (readonly string[])[],
	links: readonly Edge[],
): Map<string, number> {
	const laneCount = Math.max(1, ...layers.map((layer) => layer.length))
	const layerOf = new Map(layers.flatMap((layer, i) => layer.map((id) => [id, i])))
	const slotOf = new Map(layers.flatMap((layer) => layer.map((id, slot) => [id, slot])))
	const linksInto = layers.map((): [number, number][] => [])
	for (const { from, to } of links)
		linksInto[layerOf.get(to) ?? 0]?.push([slotOf.get(from) ?? 0, slotOf.get(to) ?? 0])

	type Spread = { lanes: number[]; total: number; previous: Spread | null }
	let ends: Spread[] = []
	for (const [i, layer] of layers.entries()) {
		ends = spreads(layer.length, laneCount).map((lanes) => {
			let best: Spread = { lanes, total: Infinity, previous: null }
			const own = offCentre(lanes, laneCount)
			if (i === 0) return { ...best, total: own }
			for (const previous of ends) {
				let total = previous.total + own
				for (const [a, b] of linksInto[i] ?? []) {
					const rise = Math.abs((previous.lanes[a] ?? 0) - (lanes[b] ?? 0))
					total += rise === 0 ? 0 : rise + cost.bend
				}
				if (total < best.total) best = { lanes, total, previous }
			}
			return best
		})
	}

	const lanes = new Map<string, number>()
	let spread: Spread | null = ends.reduce<Spread | null>((a, b) => (a && a.total <= b.total ? a : b), null)
	for (const layer of [...layers].reverse()) {
		layer.forEach((id, slot) => lanes.set(id, spread?.lanes[slot] ?? slot))
		spread = spread?.previous ?? null
	}
	return lanes
}

/** All rising choices of `count` lanes out of `laneCount`; only the middle one where they are too many. */
function spreads(count: number, laneCount: number): number[][] {
	let found: number[][] = [[]]
	for (let slot = 0; slot < count; slot++) {
		found = found.flatMap((lanes) => {
			const from = (lanes.at(-1) ?? -1) + 1
			const to = laneCount - (count - slot)
			return Array.from({ length: to - from + 1 }, (_, i) => [...lanes, from + i])
		})
		if (found.length > tooMany) {
			const first = Math.floor((laneCount - count) / 2)
			return [Array.from({ length: count }, (_, i) => first + i)]
		}
	}
	return found
}

function offCentre(lanes: readonly number[], laneCount: number): number {
	const middle = (laneCount - 1) / 2
	return cost.offCentre * lanes.reduce((sum, lane) => sum + Math.abs(lane - middle), 0)
}
