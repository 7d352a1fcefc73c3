import type { Edge } from './edge.ts'

/** Pairs of links between the same two layers whose ends are in opposite order. */
export function crossings(links: readonly Edge[], layerOf: Ranks, trackOf: Ranks): number {
	let count = 0
	for (const [i, a] of links.entries())
		for (const b of links.slice(i + 1)) {
			if (rank(layerOf, a.from) !== rank(layerOf, b.from)) continue
			const left = rank(trackOf, a.from) - rank(trackOf, b.from)
			const right = rank(trackOf, a.to) - rank(trackOf, b.to)
			if (left * right < 0) count++
		}
	return count
}

export type Ranks = ReadonlyMap<string, number>

const rank = (ranks: Ranks, id: string) => ranks.get(id) ?? 0
