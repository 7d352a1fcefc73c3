import { z } from 'zod'
import { maxInt32, maxUint32 } from './limits.ts'
import type { ExitView, Participant, Race, RaceStatus, SeedView } from './shapes.ts'

const igtMs = z.number().int().min(0).max(maxInt32)
const seq = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional()

/** A field that the mod may send as null or broken counts as absent (P20). */
const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)

export const ModAuth = z.object({
	type: z.literal('auth'),
	mod_token: z.string(),
	client: z
		.object({
			name: z.string().max(64),
			version: z.string().max(64),
			features: z.array(z.string().max(32)).max(16),
		})
		.optional()
		.catch(undefined),
})
export type ModAuth = z.infer<typeof ModAuth>

const StatusUpdate = z.object({
	type: z.literal('status_update'),
	igt_ms: igtMs,
	death_count: z.number().int().min(0).max(maxInt32),
	seq,
})
const EventFlag = z.object({
	type: z.literal('event_flag'),
	flag_id: z.number().int().min(0).max(maxUint32),
	igt_ms: igtMs,
	seq,
})
const ZoneQuery = z.object({
	type: z.literal('zone_query'),
	grace_entity_id: lenient(z.number().int().min(0).max(maxUint32)),
	map_id: lenient(z.string().regex(/^m\d{2}_\d{2}_\d{2}_\d{2}$/)),
})
const Finished = z.object({ type: z.literal('finished'), igt_ms: igtMs })

/** Everything a mod may send after `auth` (protocol.md, table mod → server). Unknown fields are dropped. */
export const ModMessage = z.discriminatedUnion('type', [
	StatusUpdate,
	EventFlag,
	ZoneQuery,
	Finished,
	z.object({ type: z.literal('ready') }),
	z.object({ type: z.literal('pong') }),
])
export type ModMessage = z.infer<typeof ModMessage>

/** Every frame a mod may be sent. The released mod decodes strictly: never rename, retype or null a field. */
export type ToMod =
	| { type: 'auth_ok'; participant_id: string; race: Race; seed: SeedView; participants: [Participant] }
	| { type: 'auth_error'; message: string }
	| { type: 'error'; message: string }
	| { type: 'race_start' }
	| { type: 'ping' }
	| ZoneUpdate
	| { type: 'leaderboard_update'; participants: [Participant]; leader_splits: null }
	| { type: 'race_status_change'; status: RaceStatus; started_at: string | null }
	/** Only to a client whose `auth` asked for `ack` (P40). */
	| { type: 'ack'; seq: number }

export type ZoneUpdate = {
	type: 'zone_update'
	node_id: string
	display_name: string
	tier: number | null
	original_tier: number | null
	exits: ExitView[]
}
