import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { asMod, liveWorld, typesOf } from './testing/live.ts'
import type { LiveWorld } from './testing/live.ts'

let database: TestDatabase
let world: LiveWorld
const graph = diamond()

beforeAll(async () => {
	database = await freshDatabase()
	world = await liveWorld({ database, graph })
})
afterAll(async () => {
	await world.close()
	await database.drop()
})

const refused = (message: string) => [{ type: 'auth_error', message }]

describe('being let in', () => {
	it('[P1] a mod that says nothing is closed 4001 after 5 s', async () => {
		const mod = world.dial(await world.session())
		world.clock.advance(5_000)
		mod.flush()
		expect(mod.closed).toEqual({ code: 4001, reason: 'Auth timeout' })
		expect(mod.got).toEqual([])
	})

	it.each([
		['no JSON', 'nonsense'],
		['no object', '[]'],
		['another type', { type: 'status_update', igt_ms: 1, death_count: 0 }],
		['no mod_token', { type: 'auth' }],
		['a mod_token that is no text', { type: 'auth', mod_token: 7 }],
	])('[P2] a first frame with %s gets auth_error and 4003', async (_, frame) => {
		const mod = world.dial(await world.session())
		mod.send(frame)
		await mod.until(() => mod.over)
		expect(typesOf(mod.got)).toEqual(['auth_error'])
		expect((mod.got[0]!['message'] as string).length).toBeLessThanOrEqual(50)
		expect(mod.closed?.code).toBe(4003)
	})

	it('[P2] a first frame that is no text gets auth_error and 4003', async () => {
		const mod = world.dial(await world.session())
		mod.sendBinary()
		await mod.until(() => mod.over)
		expect(typesOf(mod.got)).toEqual(['auth_error'])
		expect(mod.closed?.code).toBe(4003)
	})

	it('[P2] a wrong token, an unknown session and another session’s token get one and the same answer', async () => {
		const [own, other] = [await world.session(), await world.session()]
		const unknown = '0198a0a0-0000-7000-8000-00000000abcd'
		const tries: [string, string][] = [
			[own, 'wrong'],
			[own, world.token(other)],
			[unknown, world.token(unknown)],
			['not-an-id', world.token('not-an-id')],
			[own.toUpperCase(), world.token(own)],
		]
		for (const [sessionId, token] of tries) {
			const mod = world.dial(sessionId)
			mod.send({ type: 'auth', mod_token: token })
			await mod.until(() => mod.over)
			expect(mod.got).toEqual(refused('Invalid mod token or session'))
			expect(mod.closed?.code).toBe(4003)
		}
	})

	it('[P2] a run that has ended is refused', async () => {
		const sessionId = await world.session()
		await world.live.abandon(sessionId)
		const mod = world.dial(sessionId)
		mod.send({ type: 'auth', mod_token: world.token(sessionId) })
		await mod.until(() => mod.over)
		expect(mod.got).toEqual(refused('Training session is not active'))
	})

	it('[P5] a good auth is answered by auth_ok, race_start and the zone_update of the start node', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		expect(typesOf(mod.got)).toEqual(['auth_ok', 'race_start', 'zone_update'])
		expect(mod.got[0]).toEqual({
			type: 'auth_ok',
			participant_id: sessionId,
			race: {
				id: sessionId,
				name: 'Training',
				status: 'running',
				started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
				seeds_released_at: null,
			},
			seed: {
				seed_id: world.rows.seedId,
				total_layers: 4,
				graph_json: null,
				total_nodes: 5,
				total_paths: 2,
				event_ids: graph.graph.eventIds,
				finish_event: graph.finishFlag,
				spawn_items: [],
			},
			participants: [
				{
					id: sessionId,
					twitch_username: expect.stringMatching(/^runner_/),
					twitch_display_name: null,
					status: 'playing',
					current_zone: null,
					current_layer: 0,
					current_layer_tier: null,
					igt_ms: 0,
					death_count: 0,
					color_index: 0,
					mod_connected: true,
					zone_history: [],
					gap_ms: null,
					layer_entry_igt: null,
				},
			],
		})
		expect(mod.got[2]).toMatchObject({ node_id: 'quay', display_name: 'Quay', tier: 1 })
		expect(mod.closed).toBeUndefined()
	})

	it('[P6] a second auth is an error, nothing else', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		mod.take()
		mod.send({ type: 'auth', mod_token: world.token(sessionId) })
		expect(await mod.wait('error')).toHaveLength(1)
		expect(mod.closed).toBeUndefined()
	})

	it('[P21] a reconnect finds the real layer, tier, zone, IGT, deaths and history', async () => {
		const sessionId = await world.session()
		const first = await world.mod(sessionId)
		first.status(1_000, 0)
		await first.cross(graph.flag('quay', 'abbey'), 60_000)
		first.status(70_000, 2)
		first.flush()
		first.end()
		const again = await world.mod(sessionId)
		expect(again.got[0]).toMatchObject({
			participants: [
				{
					current_zone: 'abbey',
					current_layer: 1,
					current_layer_tier: 4,
					igt_ms: 70_000,
					death_count: 2,
					layer_entry_igt: 60_000,
					zone_history: [
						{ node_id: 'quay', igt_ms: 0 },
						{ node_id: 'abbey', igt_ms: 60_000, deaths: 2 },
					],
				},
			],
		})
		expect(again.got[2]).toMatchObject({ type: 'zone_update', node_id: 'abbey' })
	})
})

describe('a mod that does not read', () => {
	it('is closed 1013 before what it asks for fills the memory', async () => {
		const mod = await world.mod(await world.session())
		mod.bufferedBytes = 2 * 1024 * 1024
		mod.flag(graph.flag('quay', 'abbey'), 1_000)
		mod.flush()
		world.clock.advance(300)
		await mod.until(() => mod.over)
		expect(mod.closed?.code).toBe(1013)
		expect(mod.got.filter(({ type }) => type === 'zone_update')).toHaveLength(1)
	})
})

describe('one mod per session', () => {
	it('[P4] of two that authenticate in the same instant exactly one is let in', async () => {
		const sessionId = await world.session()
		const mods = [world.dial(sessionId), world.dial(sessionId)]
		for (const mod of mods) mod.send({ type: 'auth', mod_token: world.token(sessionId) })
		await mods[0]!.until(() => {
			mods[1]!.flush()
			return mods.every((mod) => mod.got.length > 0)
		})
		const answers = mods.map((mod) => mod.got[0]!['type']).sort()
		expect(answers).toEqual(['auth_error', 'auth_ok'])
		const loser = mods.find((mod) => mod.got[0]!['type'] === 'auth_error')!
		expect(loser.got).toEqual(refused('Already connected from another client'))
		expect(loser.closed?.code).toBe(4003)
	})

	it('[P4] a holder that answers a ping keeps the session', async () => {
		const sessionId = await world.session()
		const holder = await world.mod(sessionId)
		const late = world.dial(sessionId)
		late.send({ type: 'auth', mod_token: world.token(sessionId) })
		await late.until(() => {
			holder.flush()
			return late.got.length > 0
		})
		expect(late.got).toEqual(refused('Already connected from another client'))
		expect(holder.closed).toBeUndefined()
		expect(holder.pings).toBe(1)
	})

	it('[P4] a dead holder is closed 4009 after 2 s and replaced', async () => {
		const sessionId = await world.session()
		const holder = await world.mod(sessionId)
		holder.dead = true
		const late = world.dial(sessionId)
		late.send({ type: 'auth', mod_token: world.token(sessionId) })
		await late.until(() => holder.pingsSent === 1)
		await world.clock.pass(1_900)
		expect(holder.isClosing).toBe(false)
		await late.until(() => {
			world.clock.advance(20)
			return late.got.length > 0
		})
		expect(late.got[0]).toMatchObject({ type: 'auth_ok' })
		expect(holder.over).toBe(true)
		holder.dead = false
		holder.flush()
		expect(holder.closed).toEqual({ code: 4009, reason: 'Replaced by another connection' })
	})

	it('[P4] the clean-up of a replaced holder does not free the claim of the new one', async () => {
		const sessionId = await world.session()
		const holder = await world.mod(sessionId)
		holder.dead = true
		const second = asMod(world.dial(sessionId), world.clock)
		second.send({ type: 'auth', mod_token: world.token(sessionId) })
		await second.until(() => holder.pingsSent === 1)
		await second.until(() => {
			world.clock.advance(20)
			return second.got.length >= 3
		})
		holder.end()
		const third = world.dial(sessionId)
		third.send({ type: 'auth', mod_token: world.token(sessionId) })
		await third.until(() => {
			second.flush()
			return third.got.length > 0
		})
		expect(third.got).toEqual(refused('Already connected from another client'))
		expect(world.live.peek(sessionId)).toMatchObject({ modConnected: true })
	})

	it('[P22] what a replaced holder had sent before its close frame is applied before the new one is greeted', async () => {
		const sessionId = await world.session()
		const holder = await world.mod(sessionId)
		holder.answersClose = false
		holder.dead = true
		const late = world.dial(sessionId)
		late.send({ type: 'auth', mod_token: world.token(sessionId) })
		await late.until(() => holder.pingsSent === 1)
		await late.until(() => {
			if (!holder.over) world.clock.advance(20)
			if (holder.dead && holder.isClosing) {
				holder.dead = false
				holder.send({ type: 'status_update', igt_ms: 5_000, death_count: 1 })
				holder.flush()
			}
			return late.got.length >= 3
		})
		expect(late.got[0]).toMatchObject({ participants: [{ igt_ms: 5_000, death_count: 1 }] })
	})
})

describe('a session that is looked at closely', () => {
	it('has all it says, hears and stores in the log, and no token', async () => {
		const lines: Record<string, unknown>[] = []
		const log = pino(
			{ level: 'warn' },
			{ write: (line) => lines.push(JSON.parse(line) as (typeof lines)[0]) },
		)
		const sessionId = await world.session()
		const logSessions = [sessionId]
		const looked = await liveWorld({ database, graph, log, logSessions })
		onTestFinished(() => looked.close())
		const other = await looked.mod(await world.session())
		const mod = await looked.mod(sessionId)
		mod.send({ type: 'auth', mod_token: looked.token(sessionId) })
		await mod.cross(graph.flag('quay', 'abbey'), 1_000)
		await other.cross(graph.flag('quay', 'abbey'), 1_000)
		expect(new Set(lines.map(({ session }) => session))).toEqual(new Set([sessionId]))
		const said = lines.filter(({ msg }) => msg === 'from the mod').map(({ said }) => said)
		expect(said.at(-1)).toMatchObject({ type: 'event_flag', igt_ms: 1_000 })
		const told = lines.filter(({ msg }) => msg === 'to the mod').map(({ frame }) => frame as string)
		expect(told.join('\n')).toMatch(/"auth_ok"[^]*"zone_update"[^]*"node_id":"abbey"/)
		expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['claimed for a mod', 'a commit']))
		expect(JSON.stringify(lines)).not.toContain(looked.token(sessionId))
	})
})
