import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { sqlStateOf } from '#database/sql-state.ts'
import type { Clock, Timer } from '#live/clock.ts'
import type { Log } from '#log.ts'
import { everythingStatement, figuresStatement } from './journal/statement.ts'
import type { Entry, Statement } from './journal/statement.ts'
import * as unwritten from './journal/unwritten.ts'
import type { Teller, Unwritten } from './journal/unwritten.ts'

export type { Entry, ConnectedFact } from './journal/statement.ts'
export { outcomeOf } from './journal/unwritten.ts'
export type { Outcome, Teller, Unwritten } from './journal/unwritten.ts'

/** Figures wait this long for company; with a tick and a commit on top they are less than 2 s behind (P22). */
const BEHIND_MS = 1_500
const TICK_MS = 250
/** Commits begin at least this far apart while flags come one by one, so that some share theirs. */
const SPACING_MS = 25
/** So many rows take some ten milliseconds: flags that come meanwhile wait no longer than that. */
const MAX_ROWS = 1_000
const STATEMENT_TIMEOUT_MS = 10_000
const RETRY_MS = { first: 50, longest: 1_000 }

type JournalDeps = {
	pool: pg.Pool
	log: Log
	clock: Clock
	/** Told of each commit: how many sessions it stored and how long it took. */
	onCommit?: ((sessions: number, ms: number) => void) | undefined
}

/** Numbers for whoever watches the server. */
export type JournalFigures = {
	commits: number
	entries: number
	/** Sum and maximum of the time from taking a batch to its commit. */
	commitMs: number
	longestCommitMs: number
	retries: number
}

/**
 * Stores what sessions have to say. Everything that waits shares one transaction, and while it is under
 * way the next batch gathers. A database that is away is waited for: nothing given to it is dropped.
 */
export class Journal {
	readonly figures: JournalFigures = { commits: 0, entries: 0, commitMs: 0, longestCommitMs: 0, retries: 0 }
	readonly #pool: pg.Pool
	readonly #log: Log
	readonly #clock: Clock
	readonly #onCommit: JournalDeps['onCommit']
	readonly #urgent = new Map<string, Unwritten>()
	/** Oldest first. */
	readonly #behind = new Map<string, Unwritten>()
	#underWay: readonly Unwritten[] = []
	#client: pg.PoolClient | undefined
	#working: Promise<void> | undefined
	#tick: Timer | undefined
	#areFiguresDue = false
	/** Whether the last batch was of figures. */
	#wereFigures = false
	#isAway = false
	#lastCommitMs = Number.NEGATIVE_INFINITY
	#state: 'open' | 'flushing' | 'closed' = 'open'

	constructor({ pool, log, clock, onCommit }: JournalDeps) {
		this.#pool = pool
		this.#onCommit = onCommit
		this.#log = log
		this.#clock = clock
	}

	/** True from a failed commit until the next good one. */
	get isAway(): boolean {
		return this.#isAway
	}

	/** From now on everything is given up: there is nothing to wait for. */
	get isClosed(): boolean {
		return this.#state === 'closed'
	}

	/** Entries that are not committed yet. */
	get depth(): number {
		return this.#urgent.size + this.#behind.size + this.#underWay.length
	}

	/** Stores with the next commit; the promise is kept after it and never rejects. */
	write(entry: Entry): Promise<unwritten.Outcome> {
		if (this.#state === 'closed') return unwritten.outcomeOf(givenUp(entry))
		let one = this.#waiting(this.#urgent, entry)
		if (one) {
			unwritten.add(one, entry)
		} else {
			one = this.#waiting(this.#behind, entry)
			if (one) {
				this.#behind.delete(entry.sessionId)
				unwritten.add(one, entry)
			} else {
				one = unwritten.start(entry, this.#clock.now())
			}
			this.#urgent.set(entry.sessionId, one)
		}
		this.#work()
		return unwritten.outcomeOf(one)
	}

	/**
	 * Stores within two seconds, together with what the session says until then. Until it is taken, newer
	 * figures of the same session may be put into it instead of being written. `teller` is the session's, always
	 * the same one.
	 */
	writeSoon(entry: Entry, teller: Teller): Unwritten {
		if (this.#state === 'closed') return givenUp(entry)
		let one = this.#waiting(this.#urgent, entry) ?? this.#waiting(this.#behind, entry)
		if (one) {
			unwritten.add(one, entry)
		} else {
			one = unwritten.start(entry, this.#clock.now())
			this.#behind.set(entry.sessionId, one)
			this.#startTicking()
		}
		one.teller = teller
		return one
	}

	/** Stores all that waits; done when it is. */
	async flush(): Promise<void> {
		for (const [sessionId, one] of this.#behind) this.#urgent.set(sessionId, one)
		this.#behind.clear()
		const all = [...this.#urgent.values(), ...this.#underWay]
		this.#work()
		await Promise.all(all.map(unwritten.outcomeOf))
	}

	/** Stores what waits, giving a database that is away this long, and lets go of the connection. */
	async close(graceMs = 5_000): Promise<void> {
		this.#state = 'flushing'
		const patience = this.#clock.after(graceMs, () => this.#giveUp())
		// What comes while the rest is being stored is stored as well.
		do await this.flush()
		while (!this.isClosed && this.#urgent.size + this.#behind.size > 0)
		patience.cancel()
		this.#tick?.cancel()
		const isGivenUp = this.isClosed
		this.#state = 'closed'
		// A statement that hangs is not waited for: without its connection it fails.
		if (!isGivenUp) await this.#working
		this.#dropClient(isGivenUp)
	}

	/** What the session has waiting already. What it said before another server had it is not to be joined. */
	#waiting(where: Map<string, Unwritten>, { sessionId, fence }: Entry): Unwritten | undefined {
		const one = where.get(sessionId)
		if (!one || one.entry.fence === fence) return one
		where.delete(sessionId)
		// Not in the middle of what the session is doing.
		queueMicrotask(() => unwritten.settle(one, 'refused'))
		return undefined
	}

	#work(): void {
		this.#working ??= this.#workUntilDone()
	}

	async #workUntilDone(): Promise<void> {
		// Whatever arrives in the same turn of the event loop shares the first commit.
		await new Promise((resolve) => setImmediate(resolve))
		for (;;) {
			const waitMs = SPACING_MS - (performance.now() - this.#lastCommitMs)
			if (waitMs > 1) await sleep(waitMs)
			const batch = this.#takeDue()
			if (batch.length === 0) break
			this.#lastCommitMs = performance.now()
			this.#underWay = batch
			await this.#commit(batch)
			this.#underWay = []
		}
		this.#working = undefined
	}

	/** By turns what is urgent and figures alone, which cost a third of the rest. */
	#takeDue(): Unwritten[] {
		const isForFigures = this.#areFiguresDue && (!this.#wereFigures || this.#urgent.size === 0)
		const batch = isForFigures ? this.#takeFigures() : []
		this.#wereFigures = batch.length > 0
		if (!this.#wereFigures) take(this.#urgent, batch)
		for (const one of batch) one.isTaken = true
		return batch
	}

	/** Those whose time has come; what is more than figures becomes urgent. */
	#takeFigures(): Unwritten[] {
		const batch: Unwritten[] = []
		const nowMs = this.#clock.now()
		for (const [sessionId, one] of this.#behind) {
			// A time to come can only mean that the clock was set back.
			const isDue = one.sinceMs <= nowMs - BEHIND_MS || one.sinceMs > nowMs
			this.#areFiguresDue = isDue
			if (!isDue || batch.length === MAX_ROWS) return batch
			this.#behind.delete(sessionId)
			if (one.entry.isFigures) batch.push(one)
			else this.#urgent.set(sessionId, one)
		}
		this.#areFiguresDue = false
		return batch
	}

	async #commit(batch: readonly Unwritten[]): Promise<void> {
		const startedMs = performance.now()
		for (let retryMs = RETRY_MS.first; ; retryMs = Math.min(retryMs * 2, RETRY_MS.longest)) {
			const attempt = await this.#store(batch).catch((error: unknown) => ({ error }))
			if (!('error' in attempt)) {
				this.#count(batch.length, performance.now() - startedMs)
				for (const one of batch)
					unwritten.settle(one, attempt.isStored(one.entry.sessionId) ? 'stored' : 'refused')
				return
			}
			const { error } = attempt
			if (isAboutData(error)) return this.#commitOneByOne(batch, error)
			if (!isForOthers(error)) this.#noteAway(error)
			this.figures.retries++
			if (this.#state === 'closed') return settleAll(batch, 'given_up')
			await new Promise<void>((resolve) => this.#clock.after(retryMs, resolve))
		}
	}

	/** One entry that cannot be stored must not hold up the others. */
	async #commitOneByOne(batch: readonly Unwritten[], error: unknown): Promise<void> {
		if (batch.length > 1) {
			for (const one of batch) await this.#commit([one])
			return
		}
		this.#log.error({ err: error, session: batch[0]?.entry.sessionId }, 'a session could not be stored')
		settleAll(batch, 'unstorable')
	}

	async #store(batch: readonly Unwritten[]): Promise<{ isStored(sessionId: string): boolean }> {
		const entries = batch.map(({ entry }) => entry)
		if (entries.every(({ isFigures }) => isFigures)) {
			const { rowCount } = await this.#query(figuresStatement(entries))
			if (rowCount === entries.length) return { isStored: () => true }
		}
		const { rows } = await this.#query(everythingStatement(entries))
		const ids = new Set(rows.map(({ id }) => id))
		return { isStored: (sessionId) => ids.has(sessionId) }
	}

	async #query(statement: Statement): Promise<pg.QueryResult<{ id: string }>> {
		const client = (this.#client ??= await this.#pool.connect())
		if (this.#state === 'closed') throw new Error('the journal is closed')
		const query = { ...statement, query_timeout: STATEMENT_TIMEOUT_MS }
		const result = await client.query<{ id: string }>(query)
		if (this.#isAway) this.#log.info('the database is back')
		this.#isAway = false
		return result
	}

	#noteAway(error: unknown): void {
		this.#dropClient(true)
		if (!this.#isAway) this.#log.warn({ err: error }, 'the database is away: what is played waits')
		this.#isAway = true
	}

	#dropClient(broken: boolean): void {
		this.#client?.release(broken)
		this.#client = undefined
	}

	#count(entries: number, ms: number): void {
		this.figures.commits++
		this.figures.entries += entries
		this.figures.commitMs += ms
		this.figures.longestCommitMs = Math.max(this.figures.longestCommitMs, ms)
		this.#onCommit?.(entries, ms)
	}

	#startTicking(): void {
		this.#tick ??= this.#clock.after(TICK_MS, () => {
			this.#tick = undefined
			if (this.#behind.size === 0) return
			this.#areFiguresDue = true
			this.#work()
			this.#startTicking()
		})
	}

	#giveUp(): void {
		if (this.depth > 0) this.#log.error({ sessions: this.depth }, 'stopping without having stored everything')
		this.#state = 'closed'
		const all = [...this.#urgent.values(), ...this.#behind.values(), ...this.#underWay]
		this.#urgent.clear()
		this.#behind.clear()
		settleAll(all, 'given_up')
	}
}

function take(from: Map<string, Unwritten>, into: Unwritten[]): void {
	for (const [sessionId, one] of from) {
		if (into.length >= MAX_ROWS) return
		from.delete(sessionId)
		into.push(one)
	}
}

function settleAll(batch: readonly Unwritten[], result: unwritten.Outcome['result']): void {
	for (const one of batch) unwritten.settle(one, result)
}

function givenUp(entry: Entry): Unwritten {
	const one = unwritten.start(entry, 0)
	unwritten.settle(one, 'given_up')
	return one
}

/** SQLSTATE classes 22 (data), 23 (constraint) and 42 (statement): trying again would fail again. */
function isAboutData(error: unknown): boolean {
	return /^(22|23|42)/.test(sqlStateOf(error))
}

/** Class 40: undone so that others, in a deadlock with it, could go on. The database is there. */
function isForOthers(error: unknown): boolean {
	return sqlStateOf(error).startsWith('40')
}
