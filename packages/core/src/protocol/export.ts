import { z } from 'zod'
import { SessionStatus } from './training.ts'

const time = z.string()
const count = z.number().int()

const ExportedVisit = z.object({
	seq: count,
	era: count,
	node_id: z.string(),
	from_node_id: z.string().nullable(),
	flag_id: count.nullable(),
	igt_ms: count,
	deaths: count,
})

const ExportedEvent = z.object({
	number: count,
	kind: z.string(),
	flag_id: count.nullable(),
	igt_ms: count.nullable(),
	node_id: z.string().nullable(),
	detail: z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
	connection_id: z.string().nullable(),
	received_at: time,
})

export const ExportedSession = z.object({
	id: z.uuid(),
	status: SessionStatus,
	simulated: z.boolean(),
	pool_name: z.string(),
	seed_id: z.uuid(),
	seed_number: z.string(),
	igt_ms: count,
	deaths: count,
	deaths_highest: count,
	era: count,
	current_seq: count.nullable(),
	current_layer: count,
	ack_seq: count,
	overlay_settings: z.record(z.string(), z.unknown()),
	/** Whether there is a link to watch it; the link's token is a secret. */
	shared: z.boolean(),
	created_at: time,
	finished_at: time.nullable(),
	mod_changed_at: time.nullable(),
	pack_downloaded_at: time.nullable(),
	visits: z.array(ExportedVisit),
	events: z.array(ExportedEvent),
})
export type ExportedSession = z.infer<typeof ExportedSession>

const ExportedToken = z.object({
	id: z.uuid(),
	label: z.string(),
	created_at: time,
	last_used_at: time,
	expires_at: time.nullable(),
})

export const ExportedAccount = z.object({
	user: z.object({
		id: z.uuid(),
		provider: z.enum(['twitch', 'local']),
		provider_id: z.string().nullable(),
		name: z.string(),
		display_name: z.string().nullable(),
		avatar_url: z.string().nullable(),
		overlay_settings: z.record(z.string(), z.unknown()),
		created_at: time,
		last_seen_at: time,
	}),
	devices: z.array(ExportedToken),
	api_tokens: z.array(ExportedToken),
})
export type ExportedAccount = z.infer<typeof ExportedAccount>

/** Everything that is kept of one user (docs/export.md); `version` rises when a field changes its meaning. */
export const Export = z
	.object({
		format: z.literal('speedfog-training'),
		version: z.literal(1),
		exported_at: time,
		...ExportedAccount.shape,
		sessions: z.array(ExportedSession),
	})
	.meta({ id: 'Export' })
export type Export = z.infer<typeof Export>
