import { mapOfGrace, nodesAt } from '../graph/maps.ts'
import { type Draft, note, tellZone } from './draft.ts'
import type { GameplayEvent } from './run-state.ts'
import { begin, moveTo } from './visits.ts'

export type ZoneQuery = Extract<GameplayEvent, { type: 'zone_query' }>

/** P20: after a death or a fast travel the map tells which of the zones found so far the player is in. */
export function answer(draft: Draft, query: ZoneQuery) {
	begin(draft, query.atMs)
	const { run } = draft
	const found = new Set(run.history.map((entry) => entry.nodeId))
	const candidates = [...nodesOf(draft, query)].filter((nodeId) => found.has(nodeId))
	const current = run.current?.nodeId
	const [only, second] = candidates
	if (only === undefined) return
	if (second !== undefined) {
		if (current !== undefined && candidates.includes(current)) tellZone(draft)
		return
	}
	// Staying is no visit of its own: a player who dies ten times in a zone has entered it once.
	if (only !== current) {
		moveTo(draft, { nodeId: only, flagId: null, igtMs: run.igtMs })
		note(draft, { kind: 'move', atMs: query.atMs, nodeId: only, igtMs: run.igtMs })
		draft.store = 'now'
	}
	draft.spectators = 'update'
	tellZone(draft)
}

/** A grace counts only without a map: the released mod may repeat an old one. */
function nodesOf({ graph }: Draft, { mapId, graceEntityId }: ZoneQuery): Set<string> {
	const map = mapId ?? (graceEntityId === undefined ? null : mapOfGrace(graceEntityId))
	return map === null ? new Set() : nodesAt(graph, map)
}
