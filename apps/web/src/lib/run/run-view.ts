import type { VisitView } from '@speedfog/core/protocol/shapes'
import type { SessionDetail } from '@speedfog/core/protocol/training'
import type { Watched } from '$lib/live/watched.ts'

/** The figures of the page: what the live connection told, and until it did what the first call answered. */
export type RunView = {
	status: SessionDetail['status']
	igtMs: number
	deaths: number
	/** Counted from 1; 0 before the game first reported. */
	layersReached: number
	totalLayers: number
	nodesDiscovered: number
	totalNodes: number
	visits: readonly VisitView[]
	currentZone: string | null
	modConnected: boolean
	/** When the game last came or went; null: it never was connected. */
	modChangedAt: string | null
	oldSave: boolean
}

export function view(detail: SessionDetail, watched: Watched | null, igtMs: number): RunView {
	if (!watched)
		return {
			status: detail.status,
			igtMs: detail.igt_ms,
			deaths: detail.death_count,
			layersReached: reached(detail.visits, detail.current_layer, detail.seed_total_layers),
			totalLayers: detail.seed_total_layers,
			nodesDiscovered: detail.progress_nodes?.length ?? 0,
			totalNodes: detail.seed_total_nodes,
			visits: detail.visits,
			currentZone: detail.current_zone,
			modConnected: detail.mod_connected,
			modChangedAt: detail.mod_changed_at,
			oldSave: false,
		}
	return viewLive(watched, igtMs)
}

/** The same for whoever has nothing but the live connection. */
export function viewLive(watched: Watched, igtMs: number): RunView {
	const { participant, race, visits, totalLayers, totalNodes } = watched
	return {
		status: race.status === 'running' ? 'active' : race.status,
		igtMs,
		deaths: participant.death_count,
		layersReached: reached(visits, participant.current_layer, totalLayers),
		totalLayers,
		nodesDiscovered: participant.zone_history.length,
		totalNodes,
		visits,
		currentZone: participant.current_zone,
		modConnected: participant.mod_connected,
		modChangedAt: participant.mod_changed_at,
		oldSave: participant.old_save ?? false,
	}
}

const reached = (visits: readonly unknown[], layer: number, total: number) =>
	visits.length === 0 ? 0 : Math.min(layer + 1, total)
