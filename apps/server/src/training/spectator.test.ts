import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { liveWorld, typesOf } from './testing/live.ts'
import type { LiveWorld } from './testing/live.ts'

let database: TestDatabase
let world: LiveWorld
let sessionId: string
const graph = diamond()
const strangerId = '0198a0a0-0000-7000-8000-000000000099'

beforeAll(async () => {
	database = await freshDatabase()
	world = await liveWorld({
		database,
		graph,
		findUserByToken: async (token) => {
			if (token === 'owner') return { id: world.rows.userId }
			return token === 'stranger' ? { id: strangerId } : undefined
		},
	})
})
afterAll(async () => {
	await world.close()
	await database.drop()
})
beforeEach(async () => {
	sessionId = await world.session()
})

async function share(token: string): Promise<void> {
	await database.pool.query('update training_sessions set share_hash = $2 where id = $1', [
		sessionId,
		createHash('sha256').update(token).digest(),
	])
}

function shown(frame: Record<string, unknown> | undefined): Record<string, unknown> {
	return (frame?.['participants'] as Record<string, unknown>[])[0]!
}

describe('who may watch', () => {
	it('[P50] a spectator that says nothing is closed 4001 after 5 s', () => {
		const pair = world.dialSpectator(sessionId)
		world.clock.advance(5_000)
		pair.flush()
		expect(pair.closed?.code).toBe(4001)
	})

	it.each([
		['no JSON', 'nonsense'],
		['another shape', { type: 'auth', token: 7 }],
		['another type', { type: 'hello' }],
	])('[P50] %s is closed 4003, whoever sends it', async (_, frame) => {
		const pair = world.dialSpectator(sessionId)
		pair.send(frame)
		await pair.until(() => pair.over)
		expect(pair.closed?.code).toBe(4003)
		expect(pair.got).toEqual([])
	})

	type Way = [who: string, cookie: 'owner' | 'stranger' | null, token: string | undefined, lets: boolean]
	const ways: Way[] = [
		['the owner by cookie', 'owner', undefined, true],
		['the owner by token', null, 'owner', true],
		['the holder of the share token', null, 'shared', true],
		['a stranger who has the share token', 'stranger', 'shared', true],
		['nobody', null, undefined, false],
		['a stranger by cookie', 'stranger', undefined, false],
		['a stranger by token', null, 'stranger', false],
		['the owner with a bad token', 'owner', 'bad', false],
		['an old share token', null, 'shared before', false],
	]
	it.each(ways)('[P50] %s', async (_, cookie, token, lets) => {
		await share('shared before')
		await share('shared')
		const stranger = { ...world.rows.signedIn, userId: strangerId }
		const signedIn = cookie === 'owner' ? world.rows.signedIn : cookie && stranger
		const pair = world.dialSpectator(sessionId, signedIn)
		pair.send({ type: 'auth', token })
		await pair.until(() => pair.over || pair.got.length > 0)
		expect(typesOf(pair.got)).toEqual(lets ? ['race_state'] : [])
		expect(pair.closed?.code).toBe(lets ? undefined : 4003)
	})

	it.each(['0198a0a0-0000-7000-8000-00000000dead', 'not-an-id'])('[P50] %s is closed 4004', async (id) => {
		const pair = world.dialSpectator(id)
		pair.send({ type: 'auth' })
		await pair.until(() => pair.over)
		expect(pair.closed?.code).toBe(4004)
	})
})

describe('what is seen', () => {
	it('[P51] begins with race_state: the race, the whole graph, the participant with all visits', async () => {
		const mod = await world.mod(sessionId)
		await mod.cross(graph.flag('quay', 'abbey'), 1_000)
		mod.status(2_000, 1)
		mod.flush()
		const pair = await world.spectator(sessionId)
		expect(pair.got).toEqual([
			{
				type: 'race_state',
				race: expect.objectContaining({ id: sessionId, name: 'Training', status: 'running' }),
				seed: {
					seed_id: world.rows.seedId,
					total_layers: 4,
					graph_json: graph.json,
					total_nodes: 5,
					total_paths: 2,
					event_ids: [],
					finish_event: null,
					spawn_items: [],
				},
				participants: [
					{
						id: sessionId,
						twitch_username: expect.any(String),
						twitch_display_name: null,
						status: 'playing',
						current_zone: 'abbey',
						current_layer: 1,
						current_layer_tier: 4,
						igt_ms: 2_000,
						death_count: 1,
						color_index: 0,
						mod_connected: true,
						mod_changed_at: expect.stringMatching(/Z$/),
						zone_history: [
							{ node_id: 'quay', igt_ms: 0 },
							{ node_id: 'abbey', igt_ms: 1_000, deaths: 1 },
						],
						gap_ms: null,
						layer_entry_igt: 1_000,
						visits: [
							{ node_id: 'quay', from_node_id: null, flag_id: null, igt_ms: 0, deaths: 0 },
							{
								node_id: 'abbey',
								from_node_id: 'quay',
								flag_id: graph.flag('quay', 'abbey'),
								igt_ms: 1_000,
								deaths: 1,
							},
						],
					},
				],
			},
		])
	})

	it('[P51] misses nothing between snapshot and subscription, whenever it comes', async () => {
		const mod = await world.mod(sessionId)
		const gates = [graph.flag('quay', 'abbey'), graph.flag('abbey', 'shaft'), graph.flag('shaft', 'crown')]
		const pairs = []
		for (const [index, flag] of gates.entries()) {
			mod.flag(flag, 1_000 * (index + 1))
			mod.flush()
			for (let step = 0; step < 30; step++) {
				const pair = world.dialSpectator(sessionId)
				pair.send({ type: 'auth' })
				pair.flush()
				pairs.push(pair)
				await world.clock.pass(10, 10)
			}
		}
		await mod.wait('zone_update', 4)
		for (const pair of pairs) {
			await pair.until(() => pair.got.length > 0)
			const known = new Set<string>()
			for (const frame of pair.got) {
				const history = shown(frame)['zone_history'] as { node_id: string }[]
				const news = history.map(({ node_id }) => node_id).filter((id) => !known.has(id))
				// No zone may turn up that is not told by the snapshot or by an update of its own; the start
				// comes with the first.
				if (frame['type'] !== 'race_state') expect(news.filter((id) => id !== 'quay').length).toBeLessThan(2)
				for (const id of news) known.add(id)
			}
			expect([...known]).toEqual(['quay', 'abbey', 'shaft', 'crown'])
		}
	})

	it('[P52] tells when the mod comes and goes, and since when', async () => {
		const pair = await world.spectator(sessionId)
		const mod = await world.mod(sessionId)
		await pair.until(() => pair.got.length === 2)
		expect(shown(pair.got[1])).toMatchObject({
			mod_connected: true,
			mod_changed_at: new Date(world.clock.now()).toISOString(),
		})
		await world.clock.pass(1_000)
		mod.end()
		await pair.until(() => pair.got.length === 3)
		expect(shown(pair.got[2])).toMatchObject({
			mod_connected: false,
			mod_changed_at: new Date(world.clock.now()).toISOString(),
		})
	})

	it('[P52] figures come at once, then at most every 900 ms; zones at once; visits only when they changed', async () => {
		const mod = await world.mod(sessionId)
		mod.status(1_000, 0)
		mod.flush()
		const pair = await world.spectator(sessionId)
		pair.got.length = 0
		const now = () => {
			mod.flush()
			pair.flush()
			return pair.got.splice(0)
		}
		mod.status(2_000, 0)
		const first = now()
		expect(shown(first[0])).toMatchObject({ igt_ms: 2_000 })
		expect(shown(first[0])).not.toHaveProperty('visits')
		mod.status(3_000, 1)
		mod.status(3_100, 1)
		expect(now()).toEqual([])
		await world.clock.pass(900, 100)
		const second = now()
		expect(second).toHaveLength(1)
		expect(shown(second[0])).toMatchObject({
			igt_ms: 3_100,
			death_count: 1,
			visits: [{ node_id: 'quay', deaths: 1 }],
			zone_history: [{ node_id: 'quay', igt_ms: 0, deaths: 1 }],
		})
	})

	it('[P52] a finish and an abandon are told', async () => {
		const pair = await world.spectator(sessionId)
		await world.live.abandon(sessionId)
		await pair.until(() => pair.got.length >= 3)
		expect(typesOf(pair.got.slice(1))).toEqual(['race_status_change', 'leaderboard_update'])
		expect(pair.got[1]).toMatchObject({ status: 'abandoned', started_at: expect.any(String) })
		expect(pair.closed).toBeUndefined()
	})

	it('[P52] a ping comes every 30 s, and 75 s of silence end it', async () => {
		const pair = await world.spectator(sessionId)
		await world.clock.pass(31_000, 1_000)
		pair.flush()
		expect(typesOf(pair.got)).toEqual(['race_state', 'ping'])
		pair.dead = true
		await world.clock.pass(76_000, 1_000)
		expect(pair.isClosing).toBe(true)
	})

	it('[P53] what spectators say is ignored', async () => {
		const pair = await world.spectator(sessionId)
		for (const frame of ['nonsense', { type: 'event_flag', flag_id: 1, igt_ms: 1 }, { type: 'auth' }])
			pair.send(frame)
		pair.sendBinary()
		pair.flush()
		expect(pair.closed).toBeUndefined()
		expect(typesOf(pair.got)).toEqual(['race_state'])
		expect((await world.rows.stored(sessionId)).visits).toEqual([])
	})

	it('[P53] one that does not read is dropped and delays neither the mod nor others', async () => {
		const mod = await world.mod(sessionId)
		const [slow, quick] = [await world.spectator(sessionId), await world.spectator(sessionId)]
		slow.bufferedBytes = 2 * 1024 * 1024
		await mod.cross(graph.flag('quay', 'abbey'), 1_000)
		slow.flush()
		quick.flush()
		expect(slow.closed?.code).toBe(1013)
		expect(shown(quick.got.at(-1))).toMatchObject({ current_zone: 'abbey' })
	})
})
