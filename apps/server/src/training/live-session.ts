import { close as closes } from '@speedfog/core/protocol/close'
import type { Run, RunEvent } from '@speedfog/core/run/run-state'
import type { Link } from '#live/link.ts'
import type { Audience } from './audience.ts'
import type { Claims } from './claims.ts'
import { LiveRun } from './live-run.ts'
import type { Keeper, RunDeps } from './live-run.ts'
import type { Mod } from './mod.ts'
import { Ownership } from './ownership.ts'
import type { Taken } from './ownership.ts'
import { persist } from './persist.ts'
import type { Relay, Relayed } from './relay.ts'
import type { Picture, Told } from './relay/message.ts'
import type { StoredRun } from './stored-run.ts'
import type { Trace } from './trace.ts'

export type SessionDeps = RunDeps & {
	claims: Claims
	relay: Relay
	/** The session as the database has it now; undefined when it is gone. */
	reload(sessionId: string): Promise<StoredRun | undefined>
}

type Owned = 'held' | 'occupied' | 'ended'

/**
 * A session in memory: its run, the mod that plays it, those who watch it, and whether this server is the
 * one that has it (P4). Where another server has it, the run is a copy that the other one keeps up to date.
 */
export class LiveSession implements Relayed, Keeper {
	readonly id: string
	readonly userId: string
	readonly #deps: SessionDeps
	readonly #live: LiveRun
	readonly #trace: Trace
	readonly #ownership: Ownership
	/** Whose session it is, greeted or about to be. */
	#holder: Mod | null = null
	#isDismissed = false
	#isDisposed = false

	constructor(stored: StoredRun, deps: SessionDeps) {
		this.id = stored.sessionId
		this.userId = stored.userId
		this.#deps = deps
		this.#trace = deps.traceOf(this.id)
		this.#live = new LiveRun(stored, this, deps)
		const basis = stored.isFree ? stored.where.fence : undefined
		this.#ownership = new Ownership(this.id, basis, deps)
		this.#noteHolder(stored)
		deps.relay.add(this, stored.where)
	}

	get run(): Run {
		return this.#live.run
	}

	get audience(): Audience {
		return this.#live.audience
	}

	get fence(): number | undefined {
		return this.#ownership.fence
	}

	get isWatched(): boolean {
		return this.audience.size > 0
	}

	get modConnected(): boolean {
		return this.#live.modConnected
	}

	get modChangedAtMs(): number | null {
		return this.#live.modChangedAtMs
	}

	/** P4, the one place where a mod comes to hold a session: whoever holds it keeps it while it is alive. */
	async claim(mod: Mod): Promise<Owned> {
		for (let holder = this.#holder; holder !== null; holder = this.#holder) {
			if (await holder.isAlive()) return 'occupied'
			await this.#replaceHolder(holder)
			if (!mod.isWaiting) return 'occupied'
		}
		this.#holder = mod
		let outcome: Owned | undefined
		try {
			outcome = await this.#own()
		} finally {
			if (outcome !== 'held' && this.#holder === mod) this.#holder = null
			if (!mod.isWaiting) void this.rest()
		}
		return outcome === 'held' && !mod.isWaiting ? 'occupied' : outcome
	}

	/** Greets a mod that holds the session; false when the run ended meanwhile. */
	async connect(mod: Mod): Promise<boolean> {
		const isWanted = () => mod.isWaiting && this.run.status === 'active'
		return (await this.#live.turn({ type: 'connect', atMs: this.#now() }, mod, isWanted)) === 'done'
	}

	/** A mod has gone; a claim that is another's stays. */
	leave(mod: Mod): void {
		if (this.#holder === mod) this.#holder = null
		this.#live.leave(mod)
		void this.rest()
	}

	/** Nothing more to do for a mod: once all is stored, any server may have the session. */
	async rest(): Promise<void> {
		const isUnused = () => this.#holder === null && this.#live.connected === null && this.#live.isSettled
		const { fence } = this
		do {
			await this.#live.settled()
			await this.#ownership.release(isUnused)
		} while (this.fence !== undefined && this.#holder === null && !this.#live.isSettled)
		if (fence === undefined || this.fence !== undefined) return
		this.#trace?.debug({ fence }, 'released')
		// At the end all are given back together, and others are told after that.
		if (this.#deps.claims.isClosing) return
		this.#deps.relay.leave(this)
		this.#deps.relay.follow(this, { status: this.run.status, fence, holder: null })
	}

	/** Asked for by another server, where a mod wants in. */
	async probe(leaving: () => void): Promise<'alive' | 'free'> {
		const holder = this.#holder
		if (holder !== null && (await holder.isAlive())) return 'alive'
		leaving()
		if (holder !== null) await this.#replaceHolder(holder)
		await this.#deps.journal.flush()
		await this.rest()
		return this.#holder === null ? 'free' : 'alive'
	}

	/** P5; of a run that has ended, with the status it ended in (P2). */
	greet(mod: Mod): void {
		this.#live.answers.greet(mod)
	}

	/** Something that a mod said; false when so much waits that it was not taken. */
	hear(event: RunEvent, from: Mod): boolean {
		return this.#live.hear(event, from)
	}

	/** P51. Where another server has the mod, its newest news are waited for, but not for long. */
	async catchUp(): Promise<void> {
		if (this.fence === undefined) await this.#deps.relay.whenKnown(this)
	}

	watch(link: Link): void {
		if (this.#isDismissed) return link.close(closes.notFound)
		const isFirst = !this.isWatched
		this.audience.join(link)
		if (isFirst) this.#deps.relay.watch(this)
	}

	unwatch(link: Link): void {
		this.audience.leave(link)
		if (!this.isWatched) this.#deps.relay.unwatch(this)
	}

	/** What the server that has the mod shows: one step, or the whole. */
	show(picture: Picture, told: Told | null): void {
		this.#trace?.debug({ told, igtMs: picture.igtMs, status: picture.status }, 'news of another server')
		if (this.fence === undefined) this.#live.show(picture, told)
	}

	/** Reads the session again; if another server had to do with it, everybody is told what there is. */
	async reread(): Promise<void> {
		await this.#live.work(() => this.startOver('if changed'))
	}

	/** `not_held`: this server is not the one that writes it. It fails where nobody waits for it any more at its turn. */
	async abandon(isAwaited = () => true): Promise<'abandoned' | 'not_active' | 'failed' | 'not_held'> {
		const isWanted = () => isAwaited() && this.run.status === 'active' && this.fence !== undefined
		const result = await this.#live.turn({ type: 'abandon', atMs: this.#now() }, null, isWanted)
		if (result === 'failed' || !isAwaited()) return 'failed'
		if (this.run.status === 'active' || (result === 'skipped' && this.fence === undefined)) return 'not_held'
		// A finish that was held may have come first (P18).
		return result === 'done' && this.run.status === 'abandoned' ? 'abandoned' : 'not_active'
	}

	/** Resolves when nothing waits any more, in the queue or for the database. */
	settled(): Promise<void> {
		return this.#live.settled()
	}

	/** Its rows are gone: everybody is sent away, and nobody is let in any more. */
	dismiss(): void {
		this.#isDismissed = true
		this.#live.connected?.close(closes.normal)
		this.audience.closeAll(closes.notFound)
	}

	/** Takes back what would happen later: the session is not used any more. */
	dispose(): void {
		this.#isDisposed = true
		this.#live.dispose()
		this.#deps.relay.remove(this)
	}

	async regain(): Promise<boolean> {
		const taken = await this.#persist(() => this.#ownership.seize())
		if (taken?.outcome !== 'held') return false
		await this.#takeUp(taken.isFresh)
		return true
	}

	async startOver(when: 'always' | 'if changed' = 'always'): Promise<void> {
		const stored = await this.#reload()
		this.#trace?.debug({ fence: this.fence, where: stored?.where }, 'read again')
		if (!stored) {
			this.#lose()
			this.#holder?.close(closes.forbidden)
			return this.audience.closeAll(closes.notFound)
		}
		const { fence, status } = stored.where
		// What waits in memory, and is not stored yet, is right as long as nobody else had to do with the run.
		if (when === 'if changed' && this.fence === fence && this.run.status === status) return
		if (this.fence !== undefined && this.fence !== fence) {
			this.#lose()
			if (status === 'active') this.#giveUpMod()
		}
		this.#replace(stored)
	}

	async #replaceHolder(holder: Mod): Promise<void> {
		if (holder !== this.#holder) return
		holder.close(closes.replaced)
		await holder.whenGone
	}

	/** Makes this server the one that writes the session; what is in memory is then what is stored. */
	async #own(): Promise<Owned> {
		let outcome: Taken['outcome'] | undefined
		let failure: unknown
		await this.#live.work(async () => {
			try {
				const taken = await this.#ownership.take()
				outcome = taken.outcome
				this.#trace?.debug({ outcome, fence: this.fence }, 'claimed for a mod')
				if (taken.outcome === 'held') await this.#takeUp(taken.isFresh)
				else if (taken.outcome !== 'elsewhere') await this.startOver()
			} catch (error) {
				failure = error
			}
		})
		if (outcome === undefined) throw failure
		if (outcome === 'held') return 'held'
		return outcome === 'elsewhere' ? 'occupied' : 'ended'
	}

	async #takeUp(isFresh: boolean): Promise<void> {
		this.#deps.relay.claimed(this)
		if (isFresh) return
		const stored = await this.#reload()
		if (stored) this.#replace(stored)
	}

	#replace(stored: StoredRun): void {
		if (this.fence === undefined) {
			if (!this.#live.connected) this.#noteHolder(stored)
			this.#deps.relay.follow(this, stored.where)
		}
		this.#live.replace(stored.run)
	}

	#lose(): void {
		this.#ownership.lose()
		this.#deps.relay.leave(this)
	}

	/** Another server has taken the session for a mod of its own: this one is not heard any more (P4). */
	#giveUpMod(): void {
		this.#holder?.close(closes.replaced)
		this.#holder = null
		this.#live.forgetMod()
	}

	/** As far as the database knows: whoever holds a session has its mod. */
	#noteHolder({ where, modChangedAtMs }: StoredRun): void {
		const isElsewhere = where.holder !== null && where.holder !== this.#deps.claims.replica
		this.#live.noteMod(isElsewhere, modChangedAtMs)
	}

	#reload(): Promise<StoredRun | undefined> {
		return this.#persist(() => this.#deps.reload(this.id))
	}

	#persist<T>(ask: () => Promise<T>): Promise<T | undefined> {
		const { clock } = this.#deps
		const log = this.#deps.log.child({ session: this.id })
		return persist(ask, { clock, log, isNeeded: () => !this.#isDisposed })
	}

	#now(): number {
		return this.#deps.clock.now()
	}
}
