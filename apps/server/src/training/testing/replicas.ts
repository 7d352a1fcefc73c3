import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BuiltGraph } from '@speedfog/core/graph/testing'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Database } from '#database/database.ts'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { fakeClock } from '#live/testing/fake-clock.ts'
import type { FakeClock } from '#live/testing/fake-clock.ts'
import { SocketPair } from '#live/testing/socket-pair.ts'
import { wire } from '#live/testing/wire-bus.ts'
import type { WireBus } from '#live/testing/wire-bus.ts'
import { silentLog } from '#log.ts'
import { LiveSessions } from '../live-sessions.ts'
import { modToken } from '../mod-token.ts'
import { ackClient, asMod } from './live.ts'
import type { TestMod } from './live.ts'
import { makeRows } from './rows.ts'
import type { Rows } from './rows.ts'

/** What every test of a file begins with: two servers and a session, on a database of the file. */
export type Stage = { database: TestDatabase; world: Replicas; sessionId: string }

export function eachWithReplicas(graph: BuiltGraph, begin: (stage: Stage) => void): void {
	let database: TestDatabase
	let world: Replicas
	beforeAll(async () => {
		database = await freshDatabase()
	})
	afterAll(() => database.drop())
	beforeEach(async () => {
		world = await replicas(database, graph)
		begin({ database, world, sessionId: await world.session() })
	})
	afterEach(() => world.close())
}

/** One of several servers on a database, with a clock and an end of the bus of its own. */
export type Replica = {
	live: LiveSessions
	bus: WireBus
	clock: FakeClock
	/** A socket that says who it is; what comes of it is not waited for. */
	dial(sessionId: string, options?: { ack?: boolean }): TestMod
	/** A mod that was let in and greeted. */
	mod(sessionId: string, options?: { ack?: boolean }): Promise<TestMod>
	/** A spectator that got its snapshot: by that token, else the owner by cookie. */
	spectator(sessionId: string, token?: string): Promise<SocketPair>
	/** From now on it does nothing: its timers stand still and it is cut off. */
	freeze(): void
	/** It goes on as if nothing had been. */
	thaw(): void
	readonly isFrozen: boolean
}

export type Replicas = {
	here: Replica
	there: Replica
	rows: Rows
	session(): Promise<string>
	/** Passes a gate, until its answer. */
	cross(mod: TestMod, flag: number, igtMs: number): Promise<void>
	/** Moves the clocks of all that are not frozen a little. */
	step(): Promise<void>
	/** Moves the clocks of all that are not frozen until something that takes time is done. */
	passUntil<T>(done: Promise<T>): Promise<T>
	/** The same until it holds. */
	until(is: () => boolean | Promise<boolean>, what: string): Promise<void>
	close(): Promise<void>
}

export async function replicas(database: Database, graph: BuiltGraph): Promise<Replicas> {
	const rows = await makeRows(database, graph)
	const secretKey = randomBytes(32)
	const network = wire()
	const frozen = new Set<Replica>()
	const all = [open(), open()]
	const [here, there] = [all[0]!, all[1]!]

	function open(): Replica {
		const bus = network.join()
		const clock = fakeClock()
		const live = new LiveSessions({
			db: database,
			log: silentLog,
			clock,
			bus,
			isAlone: false,
			secretKey,
			findUserByToken: async () => undefined,
		})
		const replica: Replica = {
			live,
			bus,
			clock,
			dial(sessionId, { ack = false } = {}) {
				const pair = asMod(new SocketPair(), clock)
				live.acceptMod(pair.socket, sessionId, '127.0.0.1')
				const auth = { type: 'auth', mod_token: modToken(secretKey, sessionId) }
				pair.send(ack ? { ...auth, client: ackClient } : auth)
				pair.flush()
				return pair
			},
			async mod(sessionId, options = {}) {
				const mod = replica.dial(sessionId, options)
				await passUntil(mod.wait(options.ack ? 'ack' : 'zone_update'))
				return mod
			},
			async spectator(sessionId, token) {
				const pair = new SocketPair()
				live.acceptSpectator(pair.socket, sessionId, token === undefined ? rows.signedIn : null)
				pair.send({ type: 'auth', token })
				await passUntil(pair.until(() => pair.got.length > 0, 'the race_state'))
				return pair
			},
			freeze() {
				frozen.add(replica)
				bus.cut(true)
			},
			thaw() {
				frozen.delete(replica)
				bus.cut(false)
			},
			get isFrozen() {
				return frozen.has(replica)
			},
		}
		return replica
	}

	async function step(): Promise<void> {
		for (const replica of all) if (!frozen.has(replica)) replica.clock.advance(20)
		await sleep(2)
	}

	async function passUntil<T>(done: Promise<T>): Promise<T> {
		let isDone = false
		const watched = done.finally(() => (isDone = true))
		watched.catch(() => {})
		while (!isDone) await step()
		return watched
	}

	return {
		here,
		there,
		rows,
		session: () => rows.session(new Date(here.clock.now() - 3_600_000)),
		async cross(mod, flag, igtMs) {
			mod.take()
			mod.flag(flag, igtMs)
			await passUntil(mod.wait('zone_update'))
		},
		step,
		passUntil,
		async until(is, what) {
			const deadline = performance.now() + 10_000
			while (!(await is())) {
				if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`)
				await step()
			}
		},
		async close() {
			frozen.clear()
			await passUntil(Promise.all(all.map(({ live }) => live.close())))
		},
	}
}
