import type { SeedGraph } from '../graph/seed-graph.ts'
import type { ZoneUpdate } from '../protocol/mod.ts'
import type {
	Participant,
	Race,
	SeedView,
	VisitView,
	WatchedParticipant,
	ZoneHistoryEntry,
} from '../protocol/shapes.ts'
import { oldSaveZoneName } from './refusals.ts'
import type { HistoryEntry, Run, Visit } from './run-state.ts'

/** Whose run it is and whether the game is there: what the wire shows beside the run itself. */
export type Player = {
	sessionId: string
	name: string
	displayName: string | null
	modConnected: boolean
	/** ISO 8601; null while no mod ever came. */
	modChangedAt: string | null
}

export function race(run: Run, sessionId: string): Race {
	return {
		id: sessionId,
		name: 'Training',
		status: run.status === 'active' ? 'running' : run.status,
		started_at: new Date(run.createdAtMs).toISOString(),
		seeds_released_at: null,
	}
}

export function participant(graph: SeedGraph, run: Run, player: Player): Participant {
	return {
		id: player.sessionId,
		twitch_username: player.name,
		twitch_display_name: player.displayName,
		status: run.status === 'active' ? 'playing' : run.status,
		current_zone: run.current?.nodeId ?? null,
		current_layer: currentLayer(graph, run),
		current_layer_tier: graph.nodes.get(run.current?.nodeId ?? '')?.tier ?? null,
		igt_ms: run.igtMs,
		death_count: run.deaths,
		color_index: 0,
		mod_connected: player.modConnected,
		zone_history: zoneHistory(run.history),
		gap_ms: null,
		layer_entry_igt: run.reached?.igtMs ?? null,
	}
}

/** The whole list of visits belongs into a snapshot and into an update that changed it (participant). */
export function watchedParticipant(
	graph: SeedGraph,
	run: Run,
	player: Player,
	{ withVisits }: { withVisits: boolean },
): WatchedParticipant {
	return {
		...participant(graph, run, player),
		mod_changed_at: player.modChangedAt,
		...(run.connection?.oldSave ? { old_save: true } : {}),
		...(withVisits ? { visits: visits(run.visits) } : {}),
	}
}

/** The deepest layer reached, from 0; all of them when finished. */
export function currentLayer(graph: Pick<SeedGraph, 'totalLayers'>, run: Run): number {
	return run.status === 'finished' ? graph.totalLayers : (run.reached?.layer ?? 0)
}

export function zoneUpdate(graph: SeedGraph, run: Run, nodeId: string): ZoneUpdate {
	const node = graph.nodes.get(nodeId)
	const exits = (node?.exits ?? []).map(({ text, to }) => ({
		text,
		to_name: graph.nodes.get(to)?.displayName ?? to,
		discovered: run.history.some((entry) => entry.nodeId === to),
	}))
	return {
		type: 'zone_update',
		node_id: nodeId,
		display_name: node?.displayName ?? nodeId,
		tier: node?.tier ?? null,
		original_tier: node?.originalTier ?? null,
		exits,
	}
}

/** P5: where the player is, or where he will begin. */
export function currentZoneUpdate(graph: SeedGraph, run: Run): ZoneUpdate {
	return zoneUpdate(graph, run, run.current?.nodeId ?? graph.startNode)
}

/** P18: asks for a new character in the place of the zone's name, the one text that the released mod shows. */
export function oldSaveUpdate(graph: SeedGraph, run: Run, nodeId: string): ZoneUpdate {
	return { ...zoneUpdate(graph, run, nodeId), display_name: oldSaveZoneName, exits: [] }
}

export function seedForMod(graph: SeedGraph, seedId: string): SeedView {
	return {
		...seedFigures(graph, seedId),
		graph_json: null,
		event_ids: [...graph.eventIds],
		finish_event: graph.finishFlag,
		spawn_items: [...graph.spawnItems],
	}
}

/** `graphJson` is the file's content as it is. */
export function seedForSpectator(graph: SeedGraph, seedId: string, graphJson: unknown): SeedView {
	return {
		...seedFigures(graph, seedId),
		graph_json: graphJson,
		event_ids: [],
		finish_event: null,
		spawn_items: [],
	}
}

function seedFigures({ totalLayers, totalNodes, totalPaths }: SeedGraph, seedId: string) {
	return { seed_id: seedId, total_layers: totalLayers, total_nodes: totalNodes, total_paths: totalPaths }
}

export function zoneHistory(history: readonly HistoryEntry[]): ZoneHistoryEntry[] {
	return history.map(({ nodeId, igtMs, deaths }) => ({
		node_id: nodeId,
		igt_ms: igtMs,
		...(deaths > 0 ? { deaths } : {}),
	}))
}

export function visits(list: readonly Visit[]): VisitView[] {
	return list.map((visit) => ({
		node_id: visit.nodeId,
		from_node_id: visit.fromNodeId,
		flag_id: visit.flagId,
		igt_ms: visit.igtMs,
		deaths: visit.deaths,
	}))
}
