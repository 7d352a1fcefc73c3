import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import type { TestDatabase } from '#database/testing.ts'
import type { TestMod } from './testing/live.ts'
import { typesOf } from './testing/live.ts'
import { eachWithReplicas } from './testing/replicas.ts'
import type { Replicas } from './testing/replicas.ts'

const graph = diamond()
const toAbbey = graph.flag('quay', 'abbey')
const toShaft = graph.flag('abbey', 'shaft')

let database: TestDatabase
let world: Replicas
let sessionId: string
eachWithReplicas(graph, (stage) => ({ database, world, sessionId } = stage))

describe('the mod of a session', () => {
	it('[P4] of two that come to different servers in the same instant exactly one is let in', async () => {
		for (let round = 0; round < 10; round++) {
			const id = await world.session()
			const both = [world.here.dial(id), world.there.dial(id)]
			const isDone = (mod: TestMod) => {
				mod.flush()
				return mod.got.some(({ type }) => type === 'auth_ok' || type === 'auth_error')
			}
			await world.until(() => !both.map(isDone).includes(false), 'two answers')
			const answers = both.map((mod) => mod.got[0])
			expect(typesOf(answers as Record<string, unknown>[]).sort()).toEqual(['auth_error', 'auth_ok'])
			expect(answers.find(({ type } = {}) => type === 'auth_error')).toMatchObject({
				message: 'Already connected from another client',
			})
		}
	})

	it('[P4] that lives on another server keeps its session', async () => {
		const mod = await world.here.mod(sessionId)
		const other = world.there.dial(sessionId)
		await world.until(() => {
			mod.flush()
			other.flush()
			return other.closed !== undefined
		}, 'a refusal')
		expect(other.closed?.code).toBe(4003)
		expect(mod.closed).toBeUndefined()
		await world.cross(mod, toAbbey, 1_000)
	})

	it('[P4] that is gone without a word on another server is replaced', async () => {
		const mod = await world.here.mod(sessionId)
		await world.cross(mod, toAbbey, 1_000)
		mod.dead = true
		const next = await world.there.mod(sessionId)
		expect(next.got.at(-1)).toMatchObject({ type: 'zone_update', node_id: 'abbey' })
		await world.cross(next, toShaft, 2_000)
		expect((await world.rows.stored(sessionId)).visits).toHaveLength(3)
	})

	it('[P4] that left one server is let in by another at once, with all that it had told', async () => {
		const mod = await world.here.mod(sessionId)
		await world.cross(mod, toAbbey, 1_000)
		mod.status(1_500, 2)
		mod.flush()
		mod.end()
		const asked = world.there.clock.now()
		const next = await world.there.mod(sessionId)
		expect(world.there.clock.now() - asked).toBeLessThan(1_500)
		expect(next.got[0]).toMatchObject({ participants: [{ igt_ms: 1_500, death_count: 2 }] })
	})

	it('[P4] of a server that does not answer is replaced after 2 s, and can write nothing any more', async () => {
		const mod = await world.here.mod(sessionId)
		await world.cross(mod, toAbbey, 1_000)
		world.here.freeze()
		const next = await world.there.mod(sessionId)
		await world.cross(next, toShaft, 5_000)
		// The old holder wakes up with a flag and figures of its own.
		mod.take()
		mod.status(9_000, 9)
		mod.flag(graph.flag('shaft', 'crown'), 9_000)
		mod.flush()
		for (let round = 0; round < 30; round++) await world.here.clock.pass(100, 10)
		await expect.poll(() => (mod.flush(), mod.closed?.code)).toBe(4009)
		expect(typesOf(mod.take())).toEqual([])
		const { visits, deaths, igtMs } = await world.rows.stored(sessionId)
		expect(visits.map(({ node }) => node)).toEqual(['quay', 'abbey', 'shaft'])
		expect({ deaths, igtMs }).toEqual({ deaths: 0, igtMs: 5_000 })
	})

	it('[P4] that was replaced without a message being heard is closed at the next renewal', async () => {
		const mod = await world.here.mod(sessionId)
		world.here.bus.cut(true)
		await world.there.mod(sessionId)
		await world.until(() => (mod.flush(), mod.closed !== undefined), 'a close frame')
		expect(mod.closed?.code).toBe(4009)
	})

	it('[P4] that comes back to a server which lost its session meanwhile is not taken back by what that one had to store', async () => {
		const mod = await world.here.mod(sessionId, { ack: true })
		await world.here.live.journal.flush()
		mod.status(1_000, 0, 1)
		mod.flush()
		// Another server had the session, for a moment.
		await database.pool.query(
			'update training_sessions set mod_fence = mod_fence + 1, mod_holder = null where id = $1',
			[sessionId],
		)
		world.there.bus.publish('speedfog', JSON.stringify({ type: 'changed', session: sessionId }))
		await expect.poll(() => (mod.flush(), mod.closed?.code)).toBe(4009)
		const again = await world.here.mod(sessionId, { ack: true })
		const figures: number[] = []
		const newest = () => {
			const igtMs = world.here.live.peek(sessionId)?.run.igtMs ?? Number.NaN
			figures.push(igtMs)
			return igtMs
		}
		for (let igtMs = 2_000; igtMs <= 2_300; igtMs += 100) {
			again.status(igtMs, 0, igtMs)
			again.flush()
			await expect.poll(newest, { interval: 1 }).toBe(igtMs)
		}
		expect(figures).toEqual(figures.toSorted((one, other) => one - other))
		await sleep(50)
		expect(world.here.live.peek(sessionId)?.run).toMatchObject({ igtMs: 2_300, ackSeq: 2_300 })
		await world.here.live.journal.flush()
		expect(await world.rows.stored(sessionId)).toMatchObject({ igtMs: 2_300, ackSeq: 2_300 })
	})

	it('[P4] stays when the lease of its server ran out and nobody wanted the session', async () => {
		const mod = await world.here.mod(sessionId)
		await database.pool.query(`update replicas set lease_until = now() - interval '1 minute'`)
		await world.cross(mod, toAbbey, 1_000)
		expect(mod.closed).toBeUndefined()
	})

	it('[P4] of a server whose lease ran out is replaced at once', async () => {
		await world.here.mod(sessionId)
		await world.until(() => world.there.clock.now() - world.here.clock.now() >= 0, 'time')
		await world.there.mod(await world.session())
		await world.passUntil(world.there.clock.pass(11_000, 100))
		world.here.freeze()
		await database.pool.query(
			`update replicas set lease_until = now() - interval '1 s'
			where id = (select mod_holder from training_sessions where id = $1)`,
			[sessionId],
		)
		const publish = vi.spyOn(world.there.bus, 'publish')
		await world.there.mod(sessionId)
		// To ask it would take two seconds, since it does not answer.
		expect(publish.mock.calls.map(([, text]) => text).filter((text) => text.includes('"ask"'))).toEqual([])
	})
})
