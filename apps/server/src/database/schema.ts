import type { OverlayChanges } from '@speedfog/core/protocol/accounts'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** The tables of migrations/, as Kysely sees them. Times come back as Date, bigints as number. */
export type Tables = {
	users: Users
	tokens: Tokens
	seeds: Seeds
	training_sessions: TrainingSessions
	visits: Visits
	run_events: RunEvents
	replicas: Replicas
}

type Timestamp = ColumnType<Date, Date | string, Date | string>
type DefaultTimestamp = ColumnType<Date, Date | string | undefined, Date | string>

type Users = {
	id: string
	provider: 'twitch' | 'local'
	provider_id: string | null
	name: string
	display_name: string | null
	avatar_url: string | null
	overlay_settings: JSONColumnType<OverlayChanges, string | undefined, string>
	created_at: DefaultTimestamp
	last_seen_at: DefaultTimestamp
}

type Tokens = {
	id: string
	user_id: string
	kind: 'device' | 'api'
	label: string
	hash: Buffer
	created_at: DefaultTimestamp
	last_used_at: DefaultTimestamp
	expires_at: Timestamp | null
}

type Seeds = {
	id: string
	pool: string
	slug: string
	file: string
	file_size: number
	file_mtime_ms: number
	status: 'available' | 'consumed' | 'discarded' | 'vanished'
	version: string
	total_layers: number
	total_nodes: number
	total_paths: number | null
	graph_json: string
	graph_sha256: Buffer
	warnings: JSONColumnType<string[], string | undefined, string>
	created_at: DefaultTimestamp
}

type TrainingSessions = {
	id: string
	user_id: string
	seed_id: string
	status: Generated<'active' | 'finished' | 'abandoned'>
	simulated: Generated<boolean>
	igt_ms: Generated<number>
	deaths: Generated<number>
	deaths_highest: Generated<number>
	era: Generated<number>
	current_seq: number | null
	current_layer: Generated<number>
	ack_seq: Generated<number>
	mod_changed_at: Timestamp | null
	overlay_settings: JSONColumnType<OverlayChanges, string | undefined, string>
	pack_downloaded_at: Timestamp | null
	share_hash: Buffer | null
	mod_holder: string | null
	mod_fence: Generated<number>
	created_at: DefaultTimestamp
	finished_at: Timestamp | null
}

type Visits = {
	session_id: string
	seq: number
	era: number
	node_id: string
	from_node_id: string | null
	flag_id: number | null
	igt_ms: number
	deaths: number
}

type RunEvents = {
	session_id: string
	/** Numbered within its session, from 0. */
	number: number
	connection_id: string | null
	kind: string
	flag_id: number | null
	igt_ms: number | null
	node_id: string | null
	detail: JSONColumnType<Record<string, number | string>> | null
	received_at: Timestamp
}

type Replicas = {
	id: string
	lease_until: Timestamp
}
