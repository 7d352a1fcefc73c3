import { close as closes } from '@speedfog/core/protocol/close'
import { limits } from '@speedfog/core/protocol/limits'
import type { Database } from '#database/database.ts'
import type { Bus } from '#live/bus.ts'
import type { Clock } from '#live/clock.ts'
import { Heartbeat } from '#live/heartbeat.ts'
import { Link } from '#live/link.ts'
import type { LinkDeps, Peer } from '#live/link.ts'
import { onceMore } from '#live/once-more.ts'
import { Pacer } from '#live/pacer.ts'
import type { Socket } from '#live/socket.ts'
import { noTraffic } from '#live/traffic.ts'
import type { SignedIn } from '#live/upgrade.ts'
import type { Log } from '#log.ts'
import * as admission from './admission.ts'
import type { Door } from './admission.ts'
import { Claims } from './claims.ts'
import type { Lease } from './claims.ts'
import { Companion } from './companion.ts'
import { Journal } from './journal.ts'
import type { Live, LiveFigures } from './live.ts'
import { LiveSession } from './live-session.ts'
import type { SessionDeps } from './live-session.ts'
import { isModToken } from './mod-token.ts'
import * as outside from './outside.ts'
import { persist } from './persist.ts'
import { Relay } from './relay.ts'
import { Spectator } from './spectator.ts'
import * as storedRun from './stored-run.ts'
import { TokenLinks } from './token-links.ts'
import { openTraces } from './trace.ts'

export type LiveDeps = {
	db: Database
	log: Log
	clock: Clock
	/** To the other servers of this database. */
	bus: Bus
	/** No other server can be on this database. */
	isAlone: boolean
	lease?: Lease
	/** Signs the tokens of mods. */
	secretKey: Buffer
	/** Whose API or device token this is. */
	findUserByToken(token: string): Promise<{ id: string } | undefined>
	/** Ids of sessions of which everything is logged. */
	logSessions?: readonly string[]
	/** Told of each commit: how many sessions it stored and how long it took. */
	onCommit?(sessions: number, ms: number): void
}

/** A session's place in memory, from the first who needs it until nothing is left to do for it. */
type Place = { loading: Promise<LiveSession | undefined>; session: LiveSession | undefined; users: number }

/** A change that could not be committed because the database is away; REST makes 503 of the code. */
class StoreIsAway extends Error {
	override name = 'StoreIsAway'
	readonly code = '08006'
}

const REST_WAITS_MS = 5_000
/** What a clean stop gives its parts, so that together they stay far below ten seconds. */
const STOP_MS = {
	/** Longer than every peer but one that did not read has to answer its close frame. */
	links: limits.drainAfterCloseMs + 500,
	/** A database that is away may come back. */
	settle: 2_500,
	store: 1_500,
	lease: 500,
}

/** All sessions that are in memory, and all their sockets. */
export class LiveSessions implements Live {
	readonly journal: Journal
	readonly traffic = noTraffic()
	readonly #deps: LiveDeps
	readonly #claims: Claims
	readonly #relay: Relay
	readonly #heartbeat: Heartbeat
	readonly #linkDeps: LinkDeps
	readonly #door: Door
	readonly #sessionDeps: SessionDeps
	readonly #places = new Map<string, Place>()
	readonly #links = new Set<Link>()
	readonly #tokenLinks = new TokenLinks()
	#onLinkGone: (() => void) | undefined
	#isClosing = false

	constructor(deps: LiveDeps) {
		this.#deps = deps
		const { db, log, clock, bus, isAlone, lease, secretKey, findUserByToken } = deps
		const traceOf = openTraces(log, deps.logSessions ?? [])
		this.#claims = new Claims({
			pool: db.pool,
			log,
			clock,
			isAlone,
			...(lease ? { lease } : {}),
			onLost: (ids) => {
				for (const id of ids) void this.#places.get(id)?.session?.reread()
			},
			onRenewed: () => this.#relay.checkSoon(),
		})
		this.#relay = new Relay({
			bus,
			claims: this.#claims,
			clock,
			log,
			loading: (sessionId) => this.#places.get(sessionId)?.loading,
			endToken: (hash) => this.#tokenLinks.close(hash),
			endMissedTokens: () => this.#endMissedTokens(),
			dismissUser: (userId) => void this.#dismiss(userId),
		})
		this.journal = new Journal({ pool: db.pool, log, clock, onCommit: deps.onCommit })
		this.#heartbeat = new Heartbeat(clock)
		const onGone = (link: Link) => this.#forget(link)
		this.#linkDeps = { clock, log, heartbeat: this.#heartbeat, traffic: this.traffic, onGone }
		this.#door = {
			clock,
			log,
			traffic: this.traffic,
			isModToken: (sessionId, token) => isModToken(secretKey, sessionId, token),
			findUserByToken,
			find: admission.finder(db),
			acquire: (sessionId) => this.#acquire(sessionId),
			letGo: (session) => this.#letGo(session),
			tokenLinks: this.#tokenLinks,
			traceOf,
		}
		const [claims, relay, journal] = [this.#claims, this.#relay, this.journal]
		const reload = storedRun.loader(db)
		const pacer = new Pacer(clock)
		this.#sessionDeps = { clock, log, journal, pacer, claims, relay, traceOf, reload }
	}

	/** For whoever watches the server: a look at all sessions, not to be taken for each message. */
	get size(): { sessions: number; sockets: number; mods: number; rooms: number } {
		let [mods, rooms] = [0, 0]
		for (const { session } of this.#places.values()) {
			// Not those that other servers have.
			if (session?.modConnected && session.fence !== undefined) mods++
			if (session && session.audience.size > 0) rooms++
		}
		return { sessions: this.#places.size, sockets: this.#links.size, mods, rooms }
	}

	peek(sessionId: string): LiveFigures | undefined {
		const session = this.#places.get(sessionId)?.session
		// What another server has changes there first; what none has is all in the database.
		if (session?.fence === undefined) return undefined
		const { run, modConnected, modChangedAtMs } = session
		return { run, modConnected, modChangedAtMs }
	}

	acceptMod(socket: Socket, sessionId: string, address: string): void {
		this.#accept(socket, (link) => new Companion(link, { sessionId, address }, this.#door))
	}

	/** `signedIn`: who a browser's cookie says it is; null where there is none. */
	acceptSpectator(socket: Socket, sessionId: string, signedIn: SignedIn | null): void {
		this.#accept(socket, (link) => new Spectator(link, { sessionId, signedIn }, this.#door))
	}

	async abandon(sessionId: string): Promise<'abandoned' | 'not_active' | 'unknown'> {
		return this.#change(sessionId, async (session, isAwaited) => {
			const result = await session.abandon(isAwaited)
			if (result !== 'not_held') return result
			const told = await this.#relay.abandon(session)
			if (told) {
				await session.reread()
				return told
			}
			if (!isAwaited()) return 'failed'
			const { db, clock } = this.#deps
			const decided = await outside.abandon(db.pool, sessionId, clock.now())
			if (decided === 'abandoned') this.#relay.changed(sessionId)
			await session.reread()
			return decided
		})
	}

	async markSimulated(sessionId: string): Promise<'marked' | 'not_active' | 'mod_connected' | 'unknown'> {
		return this.#change(sessionId, async (session) => {
			if (session.run.status === 'active' && session.modConnected) return 'mod_connected'
			await session.rest()
			const decided = await outside.markSimulated(this.#deps.db.pool, sessionId)
			await session.reread()
			return decided
		})
	}

	endToken(hash: Buffer): void {
		this.#tokenLinks.close(hash)
		this.#relay.endToken(hash)
	}

	/** Their ends may have been told while nothing was heard. */
	readonly #endMissedTokens = onceMore(async () => {
		const { db, clock, log } = this.#deps
		await persist(() => this.#tokenLinks.closeEnded(db.pool), {
			clock,
			log,
			isNeeded: () => !this.#isClosing,
		})
	})

	async dismissUser(userId: string): Promise<void> {
		this.#relay.dismissUser(userId)
		await this.#dismiss(userId)
	}

	async #dismiss(userId: string): Promise<void> {
		const places = [...this.#places.values()]
		const sessions = await Promise.all(places.map(({ loading }) => loading.catch(() => undefined)))
		for (const session of sessions) if (session?.userId === userId) session.dismiss()
	}

	/** Closes every socket with 1012, hears out the mods, and stores everything. */
	async close(): Promise<void> {
		this.#isClosing = true
		this.#claims.startClosing()
		for (const link of this.#links) link.close(closes.restarting)
		await this.#within(STOP_MS.links, this.#allGone())
		this.#heartbeat.stop()
		await this.#within(STOP_MS.settle, this.#settleAll())
		await this.journal.close(STOP_MS.store)
		await this.#within(STOP_MS.lease, this.#claims.close())
		for (const { session } of this.#places.values()) session?.dispose()
	}

	async #allGone(): Promise<void> {
		while (this.#links.size > 0) await new Promise<void>((resolve) => (this.#onLinkGone = resolve))
	}

	#accept(socket: Socket, makePeer: (link: Link) => Peer): void {
		const link = new Link(socket, this.#linkDeps, makePeer)
		this.#links.add(link)
		if (this.#isClosing) link.close(closes.restarting)
	}

	#forget(link: Link): void {
		this.#links.delete(link)
		this.#onLinkGone?.()
	}

	/** What has not begun when the caller is told that it failed must not happen any more. */
	async #change<Result extends string>(
		sessionId: string,
		change: (session: LiveSession, isAwaited: () => boolean) => Promise<Result>,
	): Promise<Exclude<Result, 'failed'> | 'unknown'> {
		if (this.journal.isAway) throw new StoreIsAway('the database is away')
		const session = await this.#acquire(sessionId)
		if (!session) return 'unknown'
		let isAwaited = true
		const changing = change(session, () => isAwaited).finally(() => this.#letGo(session))
		const result = await this.#within(REST_WAITS_MS, changing)
		isAwaited = false
		if (result === undefined || result === 'failed') throw new StoreIsAway('the change was not committed')
		return result as Exclude<Result, 'failed'>
	}

	/** Once in memory at most, however many ask at the same time. */
	async #acquire(sessionId: string): Promise<LiveSession | undefined> {
		let place = this.#places.get(sessionId)
		if (!place) {
			place = { loading: this.#load(sessionId), session: undefined, users: 0 }
			this.#places.set(sessionId, place)
		}
		place.users++
		try {
			const session = await place.loading
			if (session) {
				place.session = session
				return session
			}
		} catch (error) {
			this.#drop(sessionId, place)
			throw error
		}
		this.#drop(sessionId, place)
		return undefined
	}

	async #load(sessionId: string): Promise<LiveSession | undefined> {
		if (!admission.isSessionId(sessionId)) return undefined
		const found = await this.#sessionDeps.reload(sessionId)
		return found && new LiveSession(found, this.#sessionDeps)
	}

	#drop(sessionId: string, place: Place): void {
		if (this.#places.get(sessionId) === place) this.#places.delete(sessionId)
	}

	#letGo(session: LiveSession): void {
		const place = this.#places.get(session.id)
		if (place && --place.users === 0) void this.#retire(place, session)
	}

	/** The last one has left: out of memory, once the database has everything. */
	async #retire(place: Place, session: LiveSession): Promise<void> {
		await session.rest()
		// At the end all go together, after the database knows that they are free.
		if (place.users > 0 || this.#isClosing) return
		this.#drop(session.id, place)
		session.dispose()
	}

	async #settleAll(): Promise<void> {
		const settled = [...this.#places.values()].map(({ session }) => session?.settled())
		await this.journal.flush()
		await Promise.all(settled)
	}

	/** The promise's value, or undefined when it takes too long. */
	async #within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
		let expire = () => {}
		const expired = new Promise<undefined>((resolve) => (expire = () => resolve(undefined)))
		const timer = this.#deps.clock.after(ms, expire)
		return Promise.race([promise, expired]).finally(() => timer.cancel())
	}
}
