import type { VisitView } from '@speedfog/core/protocol/shapes'

/** One stay in a zone. `splitMs`: in-game time on entering it; `spentMs`: how long the stay was. */
export type Segment = { nodeId: string; splitMs: number; spentMs: number; deaths: number; again: boolean }

/** The stays in order; the last one lasts until `igtMs`. A fall of the clock counts as no time. */
export function segments(visits: readonly VisitView[], igtMs: number): Segment[] {
	const seen = new Set<string>()
	return visits.map((visit, i) => {
		const again = seen.has(visit.node_id)
		seen.add(visit.node_id)
		const endMs = visits[i + 1]?.igt_ms ?? igtMs
		return {
			nodeId: visit.node_id,
			splitMs: visit.igt_ms,
			spentMs: Math.max(0, endMs - visit.igt_ms),
			deaths: visit.deaths,
			again,
		}
	})
}

export type Spent = { spentMs: number; deaths: number; stays: number }

/** Time and deaths of each node, over all its stays. */
export function spentByNode(stays: readonly Segment[]): Map<string, Spent> {
	const spent = new Map<string, Spent>()
	for (const { nodeId, spentMs, deaths } of stays) {
		const before = spent.get(nodeId)
		spent.set(nodeId, {
			spentMs: (before?.spentMs ?? 0) + spentMs,
			deaths: (before?.deaths ?? 0) + deaths,
			stays: (before?.stays ?? 0) + 1,
		})
	}
	return spent
}
