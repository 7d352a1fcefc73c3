import type { Edge } from './edge.ts'
import type { Place } from './layout.ts'

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

/**
 * The node that an arrow key leads to: along a line to the layer before or behind where there is one, else to
 * the nearest node there; up and down within the layer.
 */
export function neighbour(
	from: string,
	direction: Direction,
	places: ReadonlyMap<string, Place>,
	edges: readonly Edge[],
): string | undefined {
	const here = places.get(from)
	if (!here) return undefined
	const linked = new Set(edges.flatMap((e) => (e.from === from ? e.to : e.to === from ? e.from : [])))
	const upright = direction === 'ArrowUp' || direction === 'ArrowDown'
	const sign = direction === 'ArrowLeft' || direction === 'ArrowUp' ? -1 : 1
	let nearest: { id: string; far: number } | undefined
	for (const [id, place] of places) {
		const layers = (place.layer - here.layer) * sign
		const tracks = place.track - here.track
		if (upright ? layers !== 0 || tracks * sign <= 0 : layers <= 0) continue
		const far = upright ? Math.abs(tracks) : layers * 100 + Math.abs(tracks) - (linked.has(id) ? 50 : 0)
		if (!nearest || far < nearest.far) nearest = { id, far }
	}
	return nearest?.id
}
