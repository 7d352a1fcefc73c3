import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { ackClient, asMod, liveWorld, typesOf } from './testing/live.ts'
import type { LiveWorld, TestMod } from './testing/live.ts'

let database: TestDatabase
let world: LiveWorld
let sessionId: string
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
beforeEach(async () => {
	sessionId = await world.session()
	await world.clock.pass(3_600_000, 3_600_000)
})

const acks = (mod: TestMod) =>
	mod
		.take()
		.filter(({ type }) => type === 'ack')
		.map(({ seq }) => seq)

async function written(mod: TestMod): Promise<void> {
	mod.flush()
	await world.live.journal.flush()
	mod.flush()
}

/** An ack client at the door of a run that has ended. */
async function guest(): Promise<TestMod> {
	const mod = asMod(world.dial(sessionId), world.clock)
	mod.send({ type: 'auth', mod_token: world.token(sessionId), client: ackClient })
	await mod.until(() => mod.got.some(({ type }) => type === 'ack'))
	return mod
}

describe('a client with ack', () => {
	it('[P40] is told after the greeting where its session stands', async () => {
		const mod = await world.mod(sessionId, { ack: true })
		expect(typesOf(mod.got)).toEqual(['auth_ok', 'race_start', 'zone_update', 'ack'])
		expect(mod.got[3]).toEqual({ type: 'ack', seq: 0 })
		await mod.cross(toAbbey, 1_000, 3)
		await written(mod)
		mod.end()
		const again = await world.mod(sessionId, { ack: true })
		expect(again.got[3]).toEqual({ type: 'ack', seq: 3 })
	})

	it('[P40] gets its ack for a flag with the answer, committed', async () => {
		const mod = await world.mod(sessionId, { ack: true })
		mod.take()
		await mod.cross(toAbbey, 1_000, 1)
		expect(typesOf(mod.take())).toEqual(['leaderboard_update', 'zone_update', 'ack'])
		expect(await world.rows.stored(sessionId)).toMatchObject({ ackSeq: 1 })
	})

	it('[P40] gets no ack for figures that came after those that are just being written', async () => {
		const mod = await world.mod(sessionId, { ack: true })
		await written(mod)
		mod.take()
		const client = await database.pool.connect()
		await client.query('begin')
		await client.query('select 1 from training_sessions where id = $1 for update', [sessionId])
		mod.status(1_000, 0, 1)
		mod.flush()
		const storing = world.live.journal.flush()
		await new Promise((resolve) => setTimeout(resolve, 100))
		mod.status(2_000, 0, 2)
		mod.flush()
		await client.query('commit')
		client.release()
		await storing
		mod.flush()
		expect(acks(mod)).toEqual([1])
		await written(mod)
		expect(acks(mod)).toEqual([2])
		expect(await world.rows.stored(sessionId)).toMatchObject({ igtMs: 2_000, ackSeq: 2 })
	})

	it('[P40] gets its ack for figures when they are written, within 2 s', async () => {
		const mod = await world.mod(sessionId, { ack: true })
		await written(mod)
		mod.take()
		mod.status(1_000, 0, 1)
		mod.status(2_000, 1, 2)
		mod.flush()
		await world.clock.pass(1_000)
		mod.flush()
		expect(mod.take()).toEqual([])
		await world.clock.pass(800)
		await mod.wait('ack')
		expect(acks(mod)).toEqual([2])
		expect(await world.rows.stored(sessionId)).toMatchObject({ ackSeq: 2, igtMs: 2_000, deaths: 1 })
	})

	it('[P40] may send again: what was applied changes nothing and is acknowledged', async () => {
		const mod = await world.mod(sessionId, { ack: true })
		mod.status(1_000, 1, 1)
		mod.flush()
		await mod.cross(toAbbey, 2_000, 2)
		await mod.cross(toShaft, 3_000, 3)
		const before = await world.rows.stored(sessionId)
		mod.take()
		mod.status(1_000, 1, 1)
		mod.flag(toAbbey, 2_000, 2)
		mod.flag(toShaft, 3_000, 3)
		await mod.wait('ack', 3)
		expect(typesOf(mod.take())).toEqual(['ack', 'ack', 'ack'])
		await written(mod)
		expect(await world.rows.stored(sessionId)).toEqual(before)
	})

	it('[P40] has an unknown flag and a refused frame acknowledged too', async () => {
		const mod = await world.mod(sessionId, { ack: true })
		await written(mod)
		mod.take()
		mod.flag(4_000_000_000, 1_000, 1)
		mod.send({ type: 'event_flag', flag_id: 'x', igt_ms: 1, seq: 2 })
		mod.send({ type: 'nonsense', seq: 3 })
		mod.flush()
		await written(mod)
		await mod.wait('ack')
		const told = mod.take()
		expect(told.filter(({ type }) => type === 'error')).toHaveLength(2)
		expect(told.at(-1)).toEqual({ type: 'ack', seq: 3 })
	})

	it('[P40] without it there is never an ack, whatever is sent', async () => {
		const mod = await world.mod(sessionId)
		mod.status(1_000, 0, 1)
		await mod.cross(toAbbey, 2_000, 2)
		mod.send({ type: 'event_flag', flag_id: 'x', seq: 3 })
		await written(mod)
		expect(typesOf(mod.got)).not.toContain('ack')
		expect(await world.rows.stored(sessionId)).toMatchObject({ ackSeq: 0 })
	})
})

describe('a run that has ended', () => {
	it('[P2] lets a client with ack in to drain its outbox, and closes it after 5 s of silence', async () => {
		const mod = await world.mod(sessionId, { ack: true })
		await mod.cross(toAbbey, 1_000, 1)
		mod.flag(graph.finishFlag, 5_000, 2)
		await mod.wait('race_status_change')
		mod.end()
		const late = await guest()
		expect(typesOf(late.got)).toEqual(['auth_ok', 'race_start', 'zone_update', 'race_status_change', 'ack'])
		expect(late.got[0]).toMatchObject({
			race: { status: 'finished' },
			participants: [{ status: 'finished' }],
		})
		expect(late.got[3]).toMatchObject({ status: 'finished' })
		expect(late.got[4]).toEqual({ type: 'ack', seq: 2 })
		late.take()
		late.flag(toShaft, 4_000, 3)
		late.flag(toAbbey, 9_000, 4)
		late.status(9_000, 7, 5)
		late.flush()
		await late.wait('ack')
		await written(late)
		const told = late.take()
		expect(told.filter(({ type }) => type === 'error')).toHaveLength(2)
		expect(told.at(-1)).toEqual({ type: 'ack', seq: 5 })
		const stored = await world.rows.stored(sessionId)
		expect(stored).toMatchObject({ status: 'finished', igtMs: 5_000, deaths: 0, ackSeq: 5 })
		expect(stored.visits.map(({ node }) => node)).toEqual(['quay', 'abbey', 'shaft'])
		await world.clock.pass(4_900)
		late.flush()
		expect(late.closed).toBeUndefined()
		await world.clock.pass(100)
		late.flush()
		expect(late.closed?.code).toBe(1000)
	})

	it('[P2] refuses everything of an abandoned run, and acknowledges it', async () => {
		await world.live.abandon(sessionId)
		const late = await guest()
		late.take()
		late.flag(toAbbey, 1_000, 1)
		late.status(2_000, 1, 2)
		await late.wait('error', 2)
		await written(late)
		expect(late.take().at(-1)).toEqual({ type: 'ack', seq: 2 })
		expect(await world.rows.stored(sessionId)).toMatchObject({ status: 'abandoned', visits: [], ackSeq: 2 })
	})

	it('[P2] lets it in beside the mod that is there, whose claim it never takes', async () => {
		const holder = await world.mod(sessionId)
		await holder.cross(toAbbey, 1_000)
		holder.flag(graph.finishFlag, 5_000)
		await holder.wait('race_status_change')
		holder.take()
		const late = await guest()
		late.flag(toShaft, 3_000, 1)
		await late.wait('ack', 2)
		holder.flush()
		expect(holder.closed).toBeUndefined()
		expect(holder.take()).toEqual([])
		expect(world.live.peek(sessionId)).toMatchObject({ modConnected: true })
		late.end()
		expect(world.live.peek(sessionId)).toMatchObject({ modConnected: true })
	})
})
