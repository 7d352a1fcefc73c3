import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import type { TestDatabase } from '#database/testing.ts'
import type { SocketPair } from '#live/testing/socket-pair.ts'
import { hashShareToken } from './access.ts'
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

type Shown = { current_zone: string | null; igt_ms: number; mod_connected: boolean; visits?: unknown[] }

/** The participant of the newest frame that shows one. */
function shown(pair: SocketPair): Shown {
	pair.flush()
	const frame = pair.got.findLast(({ participants }) => participants !== undefined)!
	return (frame['participants'] as Shown[])[0]!
}

function sees(pair: SocketPair, wanted: Partial<Shown>): Promise<void> {
	const is = () => Object.entries(wanted).every(([key, value]) => shown(pair)[key as keyof Shown] === value)
	return world.until(is, `${JSON.stringify(wanted)}, got ${JSON.stringify(shown(pair))}`)
}

const statuses = (pair: SocketPair) =>
	pair.got.filter(({ type }) => type === 'race_status_change').map(({ status }) => status)

describe('a run that another server has', () => {
	it('[P14] stores once what is sent again, out of order and to another server', async () => {
		const mod = await world.here.mod(sessionId)
		const gates: [flag: number, igtMs: number][] = [
			[toAbbey, 1_000],
			[toShaft, 2_000],
			[graph.flag('shaft', 'crown'), 3_000],
		]
		for (const [flag, igtMs] of gates) await world.cross(mod, flag, igtMs)
		const before = await world.rows.stored(sessionId)
		mod.dead = true
		const next = await world.there.mod(sessionId)
		next.take()
		for (const place of [2, 0, 1, 1, 2]) next.flag(...gates[place]!)
		await world.passUntil(next.wait('zone_update'))
		expect(next.take()).toMatchObject([{ type: 'zone_update', node_id: 'crown' }])
		expect(await world.rows.stored(sessionId)).toEqual(before)
	})

	it('[P24] is abandoned by whichever server is asked; its mod and all who watch are told', async () => {
		const mod = await world.here.mod(sessionId)
		const [near, far] = [await world.here.spectator(sessionId), await world.there.spectator(sessionId)]
		await world.cross(mod, toAbbey, 1_000)
		expect(await world.passUntil(world.there.live.abandon(sessionId))).toBe('abandoned')
		await world.until(() => (mod.flush(), mod.closed !== undefined), 'the end')
		expect(mod.closed?.code).toBe(1000)
		expect(typesOf(mod.got).slice(-2)).toEqual(['race_status_change', 'leaderboard_update'])
		await world.until(
			() => ![near, far].map((pair) => (pair.flush(), statuses(pair).length)).includes(0),
			'news',
		)
		expect([statuses(near), statuses(far)]).toEqual([['abandoned'], ['abandoned']])
		const { status, events } = await world.rows.stored(sessionId)
		expect(status).toBe('abandoned')
		expect(events.map(({ kind }) => kind)).toEqual(['start', 'flag', 'abandon'])
	})

	it('[P24] is abandoned by another server with all that its own had in memory alone', async () => {
		const mod = await world.here.mod(sessionId)
		await world.cross(mod, toAbbey, 1_000)
		mod.status(1_900, 3)
		mod.flush()
		expect(await world.passUntil(world.there.live.abandon(sessionId))).toBe('abandoned')
		expect(await world.rows.stored(sessionId)).toMatchObject({ status: 'abandoned', igtMs: 1_900, deaths: 3 })
		const waiting = await world.session()
		const next = await world.here.mod(waiting)
		next.flag(toAbbey, 1_000)
		next.flush()
		expect(await world.passUntil(world.there.live.abandon(waiting))).toBe('abandoned')
		const { events } = await world.rows.stored(waiting)
		expect(events.map(({ kind }) => kind)).toEqual(['start', 'flag', 'abandon'])
		expect(await world.passUntil(world.there.live.abandon(waiting))).toBe('not_active')
	})

	it('[P24] is abandoned although the server that has it does not answer', async () => {
		await world.here.mod(sessionId)
		world.here.freeze()
		expect(await world.passUntil(world.there.live.abandon(sessionId))).toBe('abandoned')
		expect((await world.rows.stored(sessionId)).status).toBe('abandoned')
	})

	it('[P23] abandoned elsewhere without a word: its next write finds out', async () => {
		const mod = await world.here.mod(sessionId)
		await world.cross(mod, toAbbey, 1_000)
		world.there.bus.cut(true)
		expect(await world.passUntil(world.there.live.abandon(sessionId))).toBe('abandoned')
		mod.flag(toShaft, 2_000)
		await world.until(() => (mod.flush(), mod.closed !== undefined), 'the end')
		expect(mod.closed?.code).toBe(1000)
		expect((await world.rows.stored(sessionId)).visits).toHaveLength(2)
	})

	it('[P23] abandon on one server against finish on another has exactly one winner', async () => {
		for (let round = 0; round < 10; round++) {
			const id = await world.session()
			const mod = await world.here.mod(id)
			await world.cross(mod, toAbbey, 1_000)
			mod.flag(graph.finishFlag, 2_000)
			if (round % 2 === 0) mod.flush()
			const result = await world.passUntil(world.there.live.abandon(id))
			await world.passUntil(mod.wait('race_status_change'))
			const status = result === 'abandoned' ? 'abandoned' : 'finished'
			expect((await world.rows.stored(id)).status).toBe(status)
			expect(statuses(mod)).toEqual([status])
		}
	})

	it('[P50] is seen no more by a link that ended while servers did not hear each other', async () => {
		const share = async (token: string): Promise<string> => {
			const set = 'update training_sessions set share_hash = $2 where id = $1'
			await database.pool.query(set, [sessionId, hashShareToken(token)])
			return token
		}
		await world.here.mod(sessionId)
		const byLink = await world.there.spectator(sessionId, await share('ended'))
		const byCookie = await world.there.spectator(sessionId)
		world.there.bus.cut(true)
		const kept = await share('kept')
		world.here.live.endToken(hashShareToken('ended'))
		world.there.bus.cut(false)
		await world.until(() => (byLink.flush(), byLink.closed !== undefined), 'the end of the link')
		expect([byLink.closed?.code, byCookie.closed]).toEqual([4003, undefined])
		const byNewLink = await world.there.spectator(sessionId, kept)
		for (const isCut of [true, false]) world.there.bus.cut(isCut)
		for (let step = 0; step < 20; step++) await world.step()
		expect((byNewLink.flush(), byNewLink.closed)).toBeUndefined()
	})

	it('[P50] is seen no more by a link whose end another server could not tell', async () => {
		const share = 'update training_sessions set share_hash = $2 where id = $1'
		await database.pool.query(share, [sessionId, hashShareToken('ended')])
		const byLink = await world.there.spectator(sessionId, 'ended')
		world.here.bus.cut(true)
		await database.pool.query(share, [sessionId, null])
		world.here.live.endToken(hashShareToken('ended'))
		world.here.bus.cut(false)
		await world.until(() => (byLink.flush(), byLink.closed !== undefined), 'the end of the link')
		expect(byLink.closed?.code).toBe(4003)
	})

	it('[P24] is over on every server when its owner is no more', async () => {
		const mod = await world.here.mod(sessionId)
		const watchers = [await world.here.spectator(sessionId), await world.there.spectator(sessionId)]
		await world.passUntil(world.there.live.abandon(sessionId))
		await database.pool.query('delete from users where id = $1', [world.rows.userId])
		await world.passUntil(world.there.live.dismissUser(world.rows.userId))
		const codes = () => [mod, ...watchers].map((pair) => (pair.flush(), pair.closed?.code))
		await world.until(() => !codes().includes(undefined), 'the end')
		expect(codes()).toEqual([1000, 4004, 4004])
	})

	it('is not simulated by another server while its mod is there', async () => {
		const mod = await world.here.mod(sessionId)
		expect(await world.passUntil(world.there.live.markSimulated(sessionId))).toBe('mod_connected')
		mod.end()
		await world.until(
			async () => (await world.there.live.markSimulated(sessionId)) === 'marked',
			'the mod to be gone',
		)
		await world.here.mod(sessionId)
		expect(world.here.live.peek(sessionId)!.run.simulated).toBe(true)
	})

	it('[P17] takes late flags of two clients on two servers after its end', async () => {
		const mod = await world.here.mod(sessionId, { ack: true })
		mod.flag(toAbbey, 1_000, 1)
		await world.passUntil(mod.wait('zone_update', 2))
		mod.flag(graph.finishFlag, 5_000, 2)
		await world.passUntil(mod.wait('race_status_change'))
		const guest = await world.there.mod(sessionId, { ack: true })
		guest.flag(toShaft, 2_000, 3)
		await world.passUntil(guest.wait('ack', 2))
		mod.flag(graph.flag('quay', 'grotto'), 3_000, 4)
		await world.until(
			() => (mod.flush(), mod.got.some(({ type, seq }) => type === 'ack' && seq === 4)),
			'the ack of the other',
		)
		const { visits, status } = await world.rows.stored(sessionId)
		expect(status).toBe('finished')
		expect(visits.map(({ node }) => node).sort()).toEqual(['abbey', 'grotto', 'quay', 'shaft'])
		expect(mod.closed).toBeUndefined()
	})
})

describe('a spectator on another server', () => {
	it('[P51] begins with what is newest, figures that are not stored yet included', async () => {
		const mod = await world.here.mod(sessionId)
		await world.cross(mod, toAbbey, 1_000)
		mod.status(1_234, 1)
		mod.flush()
		const watcher = await world.there.spectator(sessionId)
		expect(watcher.got[0]).toMatchObject({
			type: 'race_state',
			participants: [{ igt_ms: 1_234, death_count: 1, mod_connected: true, current_zone: 'abbey' }],
		})
	})

	it('[P52] sees every change: zones, figures, coming and going, the finish', async () => {
		const watcher = await world.there.spectator(sessionId)
		expect(shown(watcher)).toMatchObject({ mod_connected: false })
		const mod = await world.here.mod(sessionId)
		await sees(watcher, { mod_connected: true })
		await world.cross(mod, toAbbey, 1_000)
		await sees(watcher, { current_zone: 'abbey', igt_ms: 1_000 })
		expect(shown(watcher).visits).toHaveLength(2)
		mod.status(2_000, 1)
		mod.flush()
		await sees(watcher, { igt_ms: 2_000 })
		mod.end()
		await sees(watcher, { mod_connected: false })
		const again = await world.here.mod(sessionId)
		await sees(watcher, { mod_connected: true })
		again.flag(graph.finishFlag, 3_000)
		await world.passUntil(again.wait('race_status_change'))
		await world.until(() => (watcher.flush(), statuses(watcher).length > 0), 'the finish')
		expect(statuses(watcher)).toEqual(['finished'])
	})

	it('[P52] is told once of a server that is stopped, however long that takes', async () => {
		const mod = await world.here.mod(sessionId)
		const watcher = await world.there.spectator(sessionId)
		await sees(watcher, { mod_connected: true })
		const idle = await world.here.spectator(await world.session())
		// Half open: the answer to its close frame is waited for.
		idle.dead = true
		const before = watcher.got.length
		const closing = world.here.live.close()
		mod.flush()
		await sees(watcher, { mod_connected: false })
		let isClosed = false
		void closing.finally(() => (isClosed = true))
		for (let step = 0; step < 80; step++) await world.step()
		// Now its figures are stored, and it looks for news again and again until the other one is gone.
		while (!isClosed) {
			world.there.clock.advance(5_000)
			await world.step()
			watcher.flush()
		}
		for (let step = 0; step < 20; step++) await world.step()
		watcher.flush()
		const told = watcher.got.slice(before).flatMap(({ participants }) => (participants ?? []) as Shown[])
		expect(told.map(({ mod_connected }) => mod_connected)).not.toContain(true)
		expect(told.length).toBeLessThan(10)
	})

	it('[P52] keeps what it sees after an outage in which all leases ran out', async () => {
		await world.here.mod(sessionId)
		const watcher = await world.there.spectator(sessionId)
		await sees(watcher, { mod_connected: true })
		const before = watcher.got.length
		await database.pool.query(`update replicas set lease_until = now() - interval '1 minute'`)
		// So long it could not renew its own.
		world.there.clock.setBack(-16_000)
		for (const isCut of [true, false]) world.there.bus.cut(isCut)
		const isAsked = () => world.there.bus.sent.some(({ message }) => message.includes('"watching"'))
		world.there.bus.sent.length = 0
		await world.until(isAsked, 'a question for news')
		await world.step()
		watcher.flush()
		expect(watcher.got.slice(before).filter(({ type }) => type === 'leaderboard_update')).toEqual([])
		expect(shown(watcher)).toMatchObject({ mod_connected: true })
	})

	it('[P51] misses nothing when messages between servers are lost', async () => {
		const mod = await world.here.mod(sessionId)
		const watcher = await world.there.spectator(sessionId)
		world.here.bus.dropNext(1)
		await world.cross(mod, toAbbey, 1_000)
		// The next message shows the gap.
		mod.status(1_500)
		mod.flush()
		await sees(watcher, { current_zone: 'abbey', igt_ms: 1_500 })
		expect(shown(watcher).visits).toHaveLength(2)
		world.here.bus.dropNext(1)
		await world.cross(mod, toShaft, 2_000)
		// No next message: it is found a few seconds later.
		await sees(watcher, { current_zone: 'shaft' })
	})

	it('[P51] is told what it missed when the bus was away; the run itself went on', async () => {
		const mod = await world.here.mod(sessionId)
		const watcher = await world.there.spectator(sessionId)
		for (const { bus } of [world.here, world.there]) bus.cut(true)
		await world.cross(mod, toAbbey, 1_000)
		mod.flag(graph.finishFlag, 2_000)
		await world.passUntil(mod.wait('race_status_change'))
		for (const { bus } of [world.here, world.there]) bus.cut(false)
		await world.until(() => (watcher.flush(), statuses(watcher).length > 0), 'the finish')
		expect(shown(watcher)).toMatchObject({ igt_ms: 2_000, current_zone: 'abbey' })
	})

	it('[P52] goes on seeing the run when its mod moves to the spectator’s server', async () => {
		const mod = await world.here.mod(sessionId)
		const watcher = await world.there.spectator(sessionId)
		await world.cross(mod, toAbbey, 1_000)
		world.here.freeze()
		const next = await world.there.mod(sessionId)
		await world.cross(next, toShaft, 2_000)
		await sees(watcher, { current_zone: 'shaft', mod_connected: true })
		expect(watcher.closed).toBeUndefined()
	})

	it('[P52] sees that the mod is gone when its server is', async () => {
		await world.here.mod(sessionId)
		const watcher = await world.there.spectator(sessionId)
		await sees(watcher, { mod_connected: true })
		world.here.freeze()
		await database.pool.query(
			`update replicas set lease_until = now() - interval '1 s'
			where id = (select mod_holder from training_sessions where id = $1)`,
			[sessionId],
		)
		await sees(watcher, { mod_connected: false })
	})

	it('[P53] costs its mod’s server nothing once it is gone, and nothing before it came', async () => {
		const mod = await world.here.mod(sessionId)
		await world.cross(mod, toAbbey, 1_000)
		const near = await world.here.spectator(sessionId)
		world.here.bus.sent.length = 0
		for (let second = 1; second <= 5; second++) {
			mod.status(1_000 + second * 1_000)
			mod.flush()
			await world.passUntil(world.here.clock.pass(1_000, 100))
		}
		await world.cross(mod, toShaft, 10_000)
		expect(world.here.bus.sent).toEqual([])
		const watcher = await world.there.spectator(sessionId)
		expect(world.here.bus.sent).not.toEqual([])
		watcher.end()
		await world.until(
			() => world.there.bus.sent.some(({ message }) => message.includes('unwatching')),
			'word',
		)
		await world.passUntil(world.here.clock.pass(100, 10))
		world.here.bus.sent.length = 0
		await world.cross(mod, graph.flag('shaft', 'crown'), 11_000)
		expect(world.here.bus.sent).toEqual([])
		near.end()
	})

	it('[P50] who came by a share link that ends is sent away on every server', async () => {
		const hash = createHash('sha256').update('open sesame').digest()
		await database.pool.query('update training_sessions set share_hash = $2 where id = $1', [sessionId, hash])
		const [owner, guest] = [
			await world.there.spectator(sessionId),
			await world.there.spectator(sessionId, 'open sesame'),
		]
		world.here.live.endToken(hash)
		await world.until(() => (guest.flush(), guest.closed !== undefined), 'the end of the link')
		expect(guest.closed?.code).toBe(4003)
		owner.flush()
		expect(owner.closed).toBeUndefined()
	})
})
