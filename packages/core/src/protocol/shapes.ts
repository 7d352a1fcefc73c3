/** What travels inside frames, both to the mod and to spectators. Field names are the wire's. */

export type SessionStatus = 'active' | 'finished' | 'abandoned'
export type RaceStatus = 'running' | 'finished' | 'abandoned'

export type Race = {
	id: string
	name: 'Training'
	status: RaceStatus
	started_at: string | null
	seeds_released_at: null
}

export type SpawnItem = { id: number; qty: number }

export type SeedView = {
	seed_id: string
	total_layers: number
	/** The whole graph.json for spectators, null for mods. */
	graph_json: unknown
	total_nodes: number
	total_paths: number | null
	/** Ascending, the finish event included; empty for spectators. */
	event_ids: number[]
	finish_event: number | null
	spawn_items: SpawnItem[]
}

export type ZoneHistoryEntry = { node_id: string; igt_ms: number; deaths?: number }

export type VisitView = {
	node_id: string
	from_node_id: string | null
	flag_id: number | null
	igt_ms: number
	deaths: number
}

export type Participant = {
	id: string
	twitch_username: string
	twitch_display_name: string | null
	status: 'playing' | 'finished' | 'abandoned'
	current_zone: string | null
	current_layer: number
	current_layer_tier: number | null
	igt_ms: number
	death_count: number
	color_index: 0
	mod_connected: boolean
	zone_history: ZoneHistoryEntry[]
	gap_ms: null
	layer_entry_igt: number | null
}

/** What spectators get on top: when the mod last came or went, and the visits where they changed. */
export type WatchedParticipant = Participant & {
	mod_changed_at: string | null
	/** True from the moment the game showed a save that already held progress (P18) until it is back or moves on. */
	old_save?: boolean
	visits?: VisitView[]
}

export type ExitView = { text: string; to_name: string; discovered: boolean }
