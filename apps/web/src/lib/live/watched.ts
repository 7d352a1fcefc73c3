import type { Race, VisitView, WatchedParticipant } from '@speedfog/core/protocol/shapes'
import type { ToSpectator } from '@speedfog/core/protocol/spectator'
import { readGraph, type MapGraph } from '../map/graph.ts'

/** Everything the live connection has told about one run. */
export type Watched = {
	race: Race
	participant: WatchedParticipant
	/** In order, revisits included. */
	visits: readonly VisitView[]
	graph: MapGraph
	totalLayers: number
	totalNodes: number
}

/** The next state after a frame; an update before the first `race_state` tells nothing yet. */
export function apply(watched: Watched | null, frame: ToSpectator): Watched | null {
	switch (frame.type) {
		case 'race_state': {
			const [participant] = frame.participants
			return {
				race: frame.race,
				participant,
				visits: participant.visits ?? [],
				// The graph of a run never changes: after a reconnect the drawing stays as it is.
				graph: watched?.graph ?? readGraph(frame.seed.graph_json),
				totalLayers: frame.seed.total_layers,
				totalNodes: frame.seed.total_nodes,
			}
		}
		case 'leaderboard_update': {
			const [participant] = frame.participants
			return watched && { ...watched, participant, visits: participant.visits ?? watched.visits }
		}
		case 'race_status_change':
			return (
				watched && {
					...watched,
					race: { ...watched.race, status: frame.status, started_at: frame.started_at },
				}
			)
		case 'ping':
			return watched
	}
}
