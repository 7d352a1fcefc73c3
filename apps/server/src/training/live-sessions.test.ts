import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { SocketPair } from '#live/testing/socket-pair.ts'
import { asMod, liveWorld, typesOf } from './testing/live.ts'
import type { LiveWorld } from './testing/live.ts'
import * as storedRun from './stored-run.ts'

let database: TestDatabase
let world: LiveWorld
const graph = diamond()
const toAbbey = graph.flag('quay', 'abbey')
const toShaft = graph.flag('abbey', 'shaft')

beforeAll(async () => {
	database = await freshDatabase()
	world = await liveWorld({ database, graph })
})
afterAll(async () => {
	await world.close()
	await database.drop()
})

/** Holds a session's row in a transaction: its commits wait until `free`. */
async function hold(sessionId: string) {
	const client = await database.pool.connect()
	await client.query('begin')
	await client.query('select 1 from training_sessions where id = $1 for update', [sessionId])
	return async () => {
		await client.query('commit')
		client.release()
	}
}

async function pause(): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 60))
}

describe('a flag', () => {
	it('[P22] is told to nobody before it is committed, and shown to nobody', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		await mod.cross(toAbbey, 1_000)
		const watcher = await world.spectator(sessionId)
		watcher.got.length = 0
		mod.take()
		await world.live.journal.flush()
		const free = await hold(sessionId)
		mod.flag(toShaft, 2_000)
		mod.flush()
		await pause()
		const late = await world.spectator(sessionId)
		mod.flush()
		watcher.flush()
		expect(mod.take()).toEqual([])
		expect(watcher.got).toEqual([])
		expect(late.got[0]).toMatchObject({ participants: [{ current_zone: 'abbey' }] })
		expect(world.live.peek(sessionId)!.run.current?.nodeId).toBe('abbey')
		await free()
		await mod.wait('zone_update')
		late.flush()
		expect(late.got.at(-1)).toMatchObject({ participants: [{ current_zone: 'shaft' }] })
	})

	it('[P22] carries the figures as of itself: a death before it never moves to the next zone', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		await mod.cross(toAbbey, 1_000)
		mod.status(1_500, 2)
		await mod.cross(toShaft, 2_000)
		// Nothing is flushed: this is what a kill would leave.
		const { visits, deaths } = await world.rows.stored(sessionId)
		expect(deaths).toBe(2)
		expect(visits.map(({ node, deaths }) => [node, deaths])).toEqual([
			['quay', 0],
			['abbey', 2],
			['shaft', 0],
		])
	})

	it('[P22] that was answered survives a server that is never heard of again', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		await mod.cross(toAbbey, 1_000)
		await mod.cross(toShaft, 2_000)
		const after = world.another()
		const pair = asMod(new SocketPair(), world.clock)
		after.acceptMod(pair.socket, sessionId, '127.0.0.1')
		pair.send({ type: 'auth', mod_token: world.token(sessionId) })
		await world.passUntil(pair.wait('zone_update'))
		expect(pair.take().at(-1)).toMatchObject({ node_id: 'shaft' })
		await pair.cross(toShaft, 2_000)
		expect((await world.rows.stored(sessionId)).visits).toHaveLength(3)
	})

	it('[P23] keeps its place among statuses that come while it is being committed', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		await mod.cross(toAbbey, 1_000)
		await world.live.journal.flush()
		mod.take()
		const free = await hold(sessionId)
		mod.flag(toShaft, 2_000)
		for (let count = 1; count <= 5; count++) mod.status(2_000 + count, count)
		mod.flush()
		await pause()
		await free()
		await mod.wait('zone_update')
		await world.live.journal.flush()
		const stored = await world.rows.stored(sessionId)
		expect(stored.visits.map(({ deaths }) => deaths)).toEqual([0, 0, 5])
		expect(stored.igtMs).toBe(2_005)
	})

	it('[P22] is applied when it was sent before the answer to a close frame', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		await mod.cross(toAbbey, 1_000)
		mod.answersClose = false
		const server = world.another()
		const pair = asMod(new SocketPair(), world.clock)
		pair.answersClose = false
		mod.end()
		await pause()
		server.acceptMod(pair.socket, sessionId, '127.0.0.1')
		pair.send({ type: 'auth', mod_token: world.token(sessionId) })
		await world.passUntil(pair.wait('zone_update'))
		const closing = server.close()
		pair.flush()
		expect(pair.closed?.code).toBe(1012)
		pair.flag(toShaft, 2_000)
		pair.flush()
		await world.passUntil(closing)
		expect((await world.rows.stored(sessionId)).visits.at(-1)).toMatchObject({ node: 'shaft' })
	})
})

describe('a fall of the clock', () => {
	it('[P12] is stored also where so much fell before that nothing more is noted of it', async () => {
		const sessionId = await world.session()
		await database.pool.query(
			`insert into run_events (session_id, number, kind, igt_ms, received_at) values ($1, 9999, 'igt_fell', 0, now())`,
			[sessionId],
		)
		const mod = await world.mod(sessionId)
		await mod.cross(toAbbey, 1_000)
		mod.status(5_000)
		mod.status(500)
		mod.flush()
		await pause()
		await world.live.journal.flush()
		const { rows } = await database.pool.query('select era from training_sessions where id = $1', [sessionId])
		expect(rows).toEqual([{ era: 1 }])
	})
})

describe('a flag that was held and cannot be stored', () => {
	it('[P18] is given up on with an error; what comes next is heard as if it had never been', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		await database.pool.query('alter table visits add constraint broken check (igt_ms <> 1111) not valid')
		onTestFinished(async () => {
			await database.pool.query('alter table visits drop constraint if exists broken')
		})
		mod.take()
		mod.flag(toAbbey, 1_111)
		mod.flush()
		await world.clock.pass(300)
		await mod.wait('error')
		expect(mod.take()).toMatchObject([{ message: 'This could not be stored' }])
		expect(await mod.cross(toAbbey, 1_112)).toMatchObject({ node_id: 'abbey' })
		expect((await world.rows.stored(sessionId)).visits).toMatchObject([{}, { node: 'abbey', igtMs: 1_112 }])
	})
})

describe('when more waits for the database than is taken', () => {
	/** A mod whose commits are held up, and 500 messages behind them. */
	async function overfull(ack: boolean) {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId, { ack })
		await mod.cross(toAbbey, 1_000, ack ? 1 : undefined)
		await world.live.journal.flush()
		mod.flush()
		mod.take()
		const free = await hold(sessionId)
		mod.flag(toShaft, 2_000, ack ? 2 : undefined)
		for (let count = 0; count < 500; count++) {
			if (count % 40 === 0) await world.clock.pass(1_000)
			if (ack) mod.flag(4_000_000_000 + count, 2_000, 3 + count)
			else mod.send({ type: 'zone_query', map_id: 'm90_04_00_00' })
			mod.flush()
		}
		return { sessionId, mod, free }
	}

	it('the released mod is told by an error, and its connection stays', async () => {
		const { sessionId, mod, free } = await overfull(false)
		expect(mod.take()).toEqual([])
		mod.flag(graph.flag('shaft', 'crown'), 3_000)
		await mod.wait('error')
		expect(mod.take()).toMatchObject([{ message: expect.stringMatching(/cannot store/) }])
		await free()
		await mod.wait('zone_update')
		expect(mod.closed).toBeUndefined()
		expect((await world.rows.stored(sessionId)).visits.map(({ node }) => node)).toEqual([
			'quay',
			'abbey',
			'shaft',
		])
	})

	it('[P40] a client with ack keeps what was not taken: nothing after it is applied or acknowledged', async () => {
		const { sessionId, mod, free } = await overfull(true)
		mod.answersClose = false
		mod.flag(graph.flag('shaft', 'crown'), 3_000, 503)
		mod.flush()
		expect(mod.closed?.code).toBe(1013)
		await free()
		await pause()
		mod.status(9_000, 9, 504)
		mod.flush()
		mod.end()
		await world.live.journal.flush()
		expect(await world.rows.stored(sessionId)).toMatchObject({ ackSeq: 502, deaths: 0 })
		const again = await world.mod(sessionId, { ack: true })
		expect(again.got.at(-1)).toEqual({ type: 'ack', seq: 502 })
	})
})

describe('abandon', () => {
	it('[P24] tells mod and spectators, then closes the mod 1000', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		const watcher = await world.spectator(sessionId)
		mod.take()
		watcher.got.length = 0
		expect(await world.live.abandon(sessionId)).toBe('abandoned')
		mod.flush()
		watcher.flush()
		expect(typesOf(mod.take())).toEqual(['race_status_change', 'leaderboard_update'])
		expect(mod.closed?.code).toBe(1000)
		expect(typesOf(watcher.got).slice(0, 2)).toEqual(['race_status_change', 'leaderboard_update'])
		expect(watcher.closed).toBeUndefined()
		expect(await world.rows.stored(sessionId)).toMatchObject({ status: 'abandoned' })
	})

	it('[P23] goes through the queue also for a session without sockets, and only once', async () => {
		const sessionId = await world.session()
		const results = await Promise.all([1, 2, 3].map(() => world.live.abandon(sessionId)))
		expect(results.sort()).toEqual(['abandoned', 'not_active', 'not_active'])
		expect(await world.live.abandon('0198a0a0-0000-7000-8000-00000000dead')).toBe('unknown')
		expect(await world.live.abandon('nonsense')).toBe('unknown')
	})

	it('[P23] that was answered with 503 while it waited for its turn does not happen any more', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		await mod.cross(toAbbey, 1_000)
		mod.take()
		await world.live.journal.flush()
		const free = await hold(sessionId)
		mod.flag(toShaft, 2_000)
		mod.flush()
		await pause()
		const answered = world.live.abandon(sessionId).catch((error: unknown) => error)
		await world.passUntil(answered)
		expect(await answered).toMatchObject({ name: 'StoreIsAway' })
		await free()
		await mod.wait('zone_update')
		await pause()
		expect(await world.rows.stored(sessionId)).toMatchObject({ status: 'active' })
		expect(await world.live.abandon(sessionId)).toBe('abandoned')
	})

	it('[P23] against a finish has exactly one winner, in memory as in the database', async () => {
		for (let round = 0; round < 10; round++) {
			const sessionId = await world.session()
			const mod = await world.mod(sessionId)
			await mod.cross(toAbbey, 1_000)
			mod.flag(graph.finishFlag, 2_000)
			if (round % 2 === 0) mod.flush()
			const result = await world.live.abandon(sessionId)
			await mod.wait('race_status_change')
			const status = result === 'abandoned' ? 'abandoned' : 'finished'
			expect(await world.rows.stored(sessionId)).toMatchObject({ status })
			expect(mod.take().filter(({ type }) => type === 'race_status_change')).toMatchObject([{ status }])
		}
	})

	it('[P23] at two servers at once: the one that loses tells its mod what the other decided', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		const watcher = await world.spectator(sessionId)
		await mod.cross(toAbbey, 1_000)
		mod.take()
		const abandoned = world.another().abandon(sessionId)
		// It asks the one that has the run first, and hears nothing.
		await world.passUntil(abandoned)
		expect(await abandoned).toBe('abandoned')
		mod.flag(graph.finishFlag, 2_000)
		await mod.wait('race_status_change')
		expect(mod.take()[0]).toMatchObject({ status: 'abandoned' })
		mod.flush()
		expect(mod.closed?.code).toBe(1000)
		watcher.flush()
		const end = watcher.got.findIndex(({ type }) => type === 'race_status_change')
		expect(watcher.got.slice(end, end + 2)).toMatchObject([
			{ status: 'abandoned' },
			{ type: 'leaderboard_update', participants: [{ status: 'abandoned' }] },
		])
		expect(await world.rows.stored(sessionId)).toMatchObject({ status: 'abandoned', igtMs: 1_000 })
	})
})

describe('a session in memory', () => {
	it('leaves it when its last socket has gone and everything is stored', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		mod.status(5_000, 1)
		mod.flush()
		mod.end()
		expect(world.live.peek(sessionId)).toMatchObject({ modConnected: false })
		for (let step = 0; step < 100 && world.live.peek(sessionId); step++) {
			await world.clock.pass(100)
			await pause()
		}
		expect(world.live.peek(sessionId)).toBeUndefined()
		expect(await world.rows.stored(sessionId)).toMatchObject({ igtMs: 5_000, deaths: 1 })
	})

	it('is the same as what is read back from the database', async () => {
		const sessionId = await world.session()
		const mod = await world.mod(sessionId)
		mod.status(500, 1)
		await mod.cross(toAbbey, 1_000)
		await mod.cross(toShaft, 2_000)
		mod.status(2_500, 3)
		mod.status(2_200, 2)
		await mod.cross(graph.flag('shaft', 'crown'), 2_300)
		await world.live.journal.flush()
		const live = world.live.peek(sessionId)!
		const stored = (await storedRun.loader(database)(sessionId))!
		expect(stored.run).toEqual({ ...live.run, connection: null })
		expect(stored.modChangedAtMs).toBe(live.modChangedAtMs)
	})

	it('is marked as simulated unless a mod is there, also for who watches already', async () => {
		const sessionId = await world.session()
		const watcher = await world.spectator(sessionId)
		expect(await world.live.markSimulated(sessionId)).toBe('marked')
		expect((await storedRun.loader(database)(sessionId))!.run.simulated).toBe(true)
		const mod = await world.mod(sessionId)
		expect(world.live.peek(sessionId)!.run.simulated).toBe(true)
		expect(await world.live.markSimulated(sessionId)).toBe('mod_connected')
		mod.end()
		await world.live.abandon(sessionId)
		expect(await world.live.markSimulated(sessionId)).toBe('not_active')
		expect(await world.live.markSimulated('0198a0a0-0000-7000-8000-00000000dead')).toBe('unknown')
		watcher.end()
	})
})

describe('a clean stop', () => {
	it('closes every socket 1012 and has everything stored', async () => {
		const server = world.another()
		const [playing, waiting] = [await world.session(), await world.session()]
		const mod = asMod(new SocketPair(), world.clock)
		server.acceptMod(mod.socket, playing, '127.0.0.1')
		mod.send({ type: 'auth', mod_token: world.token(playing) })
		await mod.wait('zone_update')
		const silent = new SocketPair()
		server.acceptMod(silent.socket, waiting, '127.0.0.1')
		const watcher = new SocketPair()
		server.acceptSpectator(watcher.socket, playing, world.rows.signedIn)
		watcher.send({ type: 'auth' })
		await watcher.until(() => watcher.got.length > 0)
		mod.status(7_000, 2)
		mod.flush()
		const closing = server.close()
		for (const pair of [mod, silent, watcher]) {
			pair.flush()
			expect(pair.closed).toEqual({ code: 1012, reason: 'Server restarting' })
		}
		await world.passUntil(closing)
		expect(await world.rows.stored(playing)).toMatchObject({ igtMs: 7_000, deaths: 2 })
		const late = new SocketPair()
		server.acceptMod(late.socket, playing, '127.0.0.1')
		late.flush()
		expect(late.closed?.code).toBe(1012)
	})

	it('ends though the database takes nothing any more and a flag still waits for its burst', async () => {
		const server = world.another()
		const sessionId = await world.session()
		const mod = asMod(new SocketPair(), world.clock)
		server.acceptMod(mod.socket, sessionId, '127.0.0.1')
		mod.send({ type: 'auth', mod_token: world.token(sessionId) })
		await mod.wait('zone_update')
		const free = await hold(sessionId)
		mod.flag(toAbbey, 1_000)
		mod.flush()
		const closing = server.close()
		mod.flush()
		await world.clock.pass(10_000)
		await free()
		await world.passUntil(closing)
		expect(mod.closed?.code).toBe(1012)
	})
})
