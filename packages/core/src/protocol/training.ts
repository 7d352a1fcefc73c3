import { z } from 'zod'
import { User } from './accounts.ts'
import { PoolConfig } from './pools.ts'

export const SessionStatus = z.enum(['active', 'finished', 'abandoned'])

export const StartTraining = z
	.object({ pool_name: z.string().min(1).max(100).default('training_standard') })
	.meta({ id: 'StartTraining' })

export const Session = z
	.object({
		id: z.uuid(),
		user: User,
		status: SessionStatus,
		pool_name: z.string(),
		igt_ms: z.number().int(),
		death_count: z.number().int(),
		created_at: z.string(),
		finished_at: z.string().nullable(),
		seed_total_layers: z.number().int(),
		seed_total_nodes: z.number().int(),
		current_layer: z.number().int(),
		mod_connected: z.boolean(),
		mod_changed_at: z.string().nullable(),
		pack_downloaded_at: z.string().nullable(),
		simulated: z.boolean(),
	})
	.meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

const SessionVisit = z.object({
	node_id: z.string(),
	from_node_id: z.string().nullable(),
	flag_id: z.number().int().nullable(),
	igt_ms: z.number().int(),
	deaths: z.number().int(),
})

export const SessionDetail = Session.extend({
	progress_nodes: z
		.array(z.object({ node_id: z.string(), igt_ms: z.number().int(), deaths: z.number().int().optional() }))
		.nullable(),
	visits: z.array(SessionVisit),
	current_zone: z.string().nullable(),
	seed_id: z.uuid(),
	seed_number: z.string(),
	seed_total_paths: z.number().int().nullable(),
	/** The whole graph.json of the seed; left out with `graph=false`. */
	graph_json: z.unknown().optional(),
	pool_config: PoolConfig.nullable(),
	/** Whether a link to watch it exists; its token is known to nobody but who was given it. */
	shared: z.boolean(),
}).meta({ id: 'SessionDetail' })
export type SessionDetail = z.infer<typeof SessionDetail>

/** The address at which anybody may watch; its token is in no other answer. */
export const Shared = z.object({ url: z.url() }).meta({ id: 'Shared' })
export type Shared = z.infer<typeof Shared>

export const Simulate = z.object({ speed: z.number().min(1).max(1000).default(30) }).meta({ id: 'Simulate' })
