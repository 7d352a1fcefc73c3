import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BuiltGraph } from '@speedfog/core/graph/testing'
import type { Database } from '#database/database.ts'
import { alone } from '#live/bus.ts'
import type { Bus } from '#live/bus.ts'
import { fakeClock } from '#live/testing/fake-clock.ts'
import type { FakeClock } from '#live/testing/fake-clock.ts'
import { SocketPair } from '#live/testing/socket-pair.ts'
import { wire } from '#live/testing/wire-bus.ts'
import type { SignedIn } from '#live/upgrade.ts'
import { silentLog } from '#log.ts'
import type { Log } from '#log.ts'
import { LiveSessions } from '../live-sessions.ts'
import { modToken } from '../mod-token.ts'
import { makeRows } from './rows.ts'
import type { Rows } from './rows.ts'

type Frame = Record<string, unknown>

/** A server's live side on a real database, with a clock and sockets that belong to the test. */
export type LiveWorld = {
	live: LiveSessions
	clock: FakeClock
	rows: Rows
	graph: BuiltGraph
	/** A session made now, by the fake clock. */
	session(): Promise<string>
	/** A socket to a session's mod address; nothing is sent yet. */
	dial(sessionId: string): SocketPair
	/** A mod that was let in and greeted. */
	mod(sessionId: string, options?: { ack?: boolean }): Promise<TestMod>
	/** A spectator that got its snapshot: the owner, by cookie. */
	spectator(sessionId: string): Promise<SocketPair>
	dialSpectator(sessionId: string, signedIn?: SignedIn | null): SocketPair
	token(sessionId: string): string
	/** Another server process on the same database, as after a restart; nobody hears from it or is heard by it. */
	another(): LiveSessions
	/** Moves the clock on until something that takes time is done. */
	passUntil(done: Promise<unknown>): Promise<void>
	close(): Promise<void>
}

export type TestMod = SocketPair & {
	status(igtMs: number, deaths?: number, seq?: number): void
	flag(flagId: number, igtMs: number, seq?: number): void
	/** Sends a gate's flag and waits, past any hold, for the answer to it. */
	cross(flagId: number, igtMs: number, seq?: number): Promise<Frame>
	/** Flushes until so many frames of a type came since the last call of `take`. */
	wait(type: string, count?: number): Promise<Frame[]>
	/** The types of what came since the last take, which is then forgotten. */
	take(): Frame[]
}

export const ackClient = { name: 'test', version: '1', features: ['ack'] }

type Options = {
	database: Database
	graph: BuiltGraph
	clock?: FakeClock
	log?: Log
	logSessions?: readonly string[]
	findUserByToken?: (token: string) => Promise<{ id: string } | undefined>
}

export async function liveWorld(options: Options): Promise<LiveWorld> {
	const { database, graph, clock = fakeClock(), log = silentLog } = options
	const { logSessions = [], findUserByToken = async () => undefined } = options
	const rows = await makeRows(database, graph)
	const secretKey = randomBytes(32)
	const network = wire()
	const deps = { db: database, log, clock, isAlone: false, secretKey, findUserByToken, logSessions }
	const open = (bus: Bus) => new LiveSessions({ ...deps, bus })
	const live = open(network.join())
	const opened = [live]
	const token = (sessionId: string) => modToken(secretKey, sessionId)

	function dial(sessionId: string): SocketPair {
		const pair = new SocketPair()
		live.acceptMod(pair.socket, sessionId, '127.0.0.1')
		return pair
	}

	function dialSpectator(sessionId: string, signedIn: SignedIn | null = rows.signedIn): SocketPair {
		const pair = new SocketPair()
		live.acceptSpectator(pair.socket, sessionId, signedIn)
		return pair
	}

	return {
		live,
		clock,
		rows,
		graph,
		dial,
		dialSpectator,
		token,
		session: () => rows.session(new Date(clock.now())),
		async mod(sessionId, { ack = false } = {}) {
			const mod = asMod(dial(sessionId), clock)
			mod.send({ type: 'auth', mod_token: token(sessionId), ...(ack ? { client: ackClient } : {}) })
			await mod.until(
				() => mod.got.some(({ type }) => type === (ack ? 'ack' : 'zone_update')),
				'the greeting',
			)
			return mod
		},
		async spectator(sessionId) {
			const pair = dialSpectator(sessionId)
			pair.send({ type: 'auth' })
			await pair.until(() => pair.got.length > 0, 'the race_state')
			return pair
		},
		another() {
			const another = open(alone())
			opened.push(another)
			return another
		},
		passUntil,
		close: () => passUntil(Promise.all(opened.map((each) => each.close()))),
	}

	async function passUntil(done: Promise<unknown>): Promise<void> {
		let isDone = false
		const watched = done.finally(() => (isDone = true))
		while (!isDone) {
			clock.advance(20)
			await sleep(2)
		}
		await watched
	}
}

export function asMod(pair: SocketPair, clock: FakeClock): TestMod {
	let taken = 0
	const mod: TestMod = Object.assign(pair, {
		status(igtMs: number, deaths = 0, seq?: number) {
			pair.send({ type: 'status_update', igt_ms: igtMs, death_count: deaths, seq })
		},
		flag(flagId: number, igtMs: number, seq?: number) {
			pair.send({ type: 'event_flag', flag_id: flagId, igt_ms: igtMs, seq })
		},
		async cross(flagId: number, igtMs: number, seq?: number) {
			const before = pair.got.length
			mod.flag(flagId, igtMs, seq)
			pair.flush()
			await clock.pass(300)
			const answer = () => pair.got.slice(before).find(({ type }) => type === 'zone_update')
			await pair.until(() => answer() !== undefined, 'the zone_update of a gate')
			return answer()!
		},
		async wait(type: string, count = 1) {
			const found = () => pair.got.slice(taken).filter((frame) => frame['type'] === type)
			await pair.until(() => found().length >= count, `${count} ${type}`)
			return found()
		},
		take() {
			const frames = pair.got.slice(taken)
			taken = pair.got.length
			return frames
		},
	})
	return mod
}

export function typesOf(frames: Frame[]): unknown[] {
	return frames.map(({ type }) => type)
}
