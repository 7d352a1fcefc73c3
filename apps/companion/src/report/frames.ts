import { z } from 'zod'
import type { Watch } from './tracker.ts'

/** What the companion takes from the server's frames; it is lenient, since newer servers may say more. */
export type Frame =
	| { type: 'auth_ok'; greeting: Greeting }
	/** A server of another age: without its greeting nothing can be reported. */
	| { type: 'strange_greeting' }
	| { type: 'auth_error'; message: string }
	| { type: 'error'; message: string }
	| { type: 'ping' }
	| { type: 'race_start' }
	| { type: 'zone_update'; zone: Zone }
	| { type: 'race_status_change'; status: RunStatus }
	| { type: 'leaderboard_update'; progress: Progress }
	| { type: 'ack'; seq: number }

export type RunStatus = 'running' | 'finished' | 'abandoned'

/** The run as the server knows it when the companion comes. */
export type Greeting = {
	status: RunStatus
	startedAtMs: number
	seedId: string
	totalLayers: number
	watch: Watch
	/** Items that only the in-game mod can give. */
	spawnItems: readonly { id: number; qty: number }[]
	progress: Progress
}

export type Progress = {
	igtMs: number
	deaths: number
	currentZone: string | null
	/** Highest layer reached, from 0. */
	layer: number
	/** Nodes in the order of their first visit. */
	history: readonly string[]
}

export type Zone = {
	nodeId: string
	name: string
	tier: number | null
	originalTier: number | null
	exits: readonly { text: string; toName: string; discovered: boolean }[]
}

/** Undefined for what is no frame, is broken, or is of no use to the companion. */
export function readFrame(text: string): Frame | undefined {
	let json: unknown
	try {
		json = JSON.parse(text)
	} catch {
		return undefined
	}
	const frame = Wire.safeParse(json)
	if (frame.success) return frame.data
	return Greets.safeParse(json).success ? { type: 'strange_greeting' } : undefined
}

const Greets = z.object({ type: z.literal('auth_ok') })

const status = z.enum(['running', 'finished', 'abandoned'])
const count = z.number().int().nonnegative()

const participants = z
	.tuple([
		z.object({
			current_zone: z.string().nullable(),
			current_layer: count,
			igt_ms: count,
			death_count: count,
			zone_history: z.array(z.object({ node_id: z.string() })).nullish(),
		}),
	])
	.transform(([one]): Progress => ({
		igtMs: one.igt_ms,
		deaths: one.death_count,
		currentZone: one.current_zone,
		layer: one.current_layer,
		history: (one.zone_history ?? []).map((entry) => entry.node_id),
	}))

const AuthOk = z
	.object({
		type: z.literal('auth_ok'),
		race: z.object({ status, started_at: z.iso.datetime({ offset: true }).nullable() }),
		seed: z.object({
			seed_id: z.string(),
			total_layers: count,
			event_ids: z.array(count),
			finish_event: count,
			spawn_items: z.array(z.object({ id: z.number(), qty: z.number() })).nullish(),
		}),
		participants,
	})
	.transform(({ type, race, seed, participants: progress }) => ({
		type,
		greeting: {
			status: race.status,
			startedAtMs: race.started_at === null ? 0 : Date.parse(race.started_at),
			seedId: seed.seed_id,
			totalLayers: seed.total_layers,
			watch: { flags: seed.event_ids, finishFlag: seed.finish_event },
			spawnItems: seed.spawn_items ?? [],
			progress,
		},
	}))

const ZoneUpdate = z
	.object({
		type: z.literal('zone_update'),
		node_id: z.string(),
		display_name: z.string(),
		tier: z.number().nullable(),
		original_tier: z.number().nullable(),
		exits: z.array(z.object({ text: z.string(), to_name: z.string(), discovered: z.boolean() })),
	})
	.transform((zone) => ({
		type: zone.type,
		zone: {
			nodeId: zone.node_id,
			name: zone.display_name,
			tier: zone.tier,
			originalTier: zone.original_tier,
			exits: zone.exits.map(({ text, to_name, discovered }) => ({ text, toName: to_name, discovered })),
		},
	}))

const Wire = z.discriminatedUnion('type', [
	AuthOk,
	z.object({ type: z.literal('auth_error'), message: z.string() }),
	z.object({ type: z.literal('error'), message: z.string() }),
	z.object({ type: z.literal('ping') }),
	z.object({ type: z.literal('race_start') }),
	ZoneUpdate,
	z.object({ type: z.literal('race_status_change'), status }),
	z
		.object({ type: z.literal('leaderboard_update'), participants })
		.transform(({ type, participants: progress }) => ({ type, progress })),
	z.object({ type: z.literal('ack'), seq: count }),
])
