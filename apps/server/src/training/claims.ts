import type { SessionStatus } from '@speedfog/core/protocol/shapes'
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { sqlStateOf } from '#database/sql-state.ts'
import { together } from '#database/together.ts'
import type { Clock, Timer } from '#live/clock.ts'
import { onceMore } from '#live/once-more.ts'
import type { Log } from '#log.ts'

/** Who has a session, as the database says. */
export type Standing = {
	status: SessionStatus
	fence: number
	holder: string | null
	/** Whether the holder's lease has not run out. */
	isLive: boolean
}

export type Lease = { forMs: number; renewEveryMs: number }

/** A holder that is gone, and the fence it had. */
type Dead = Pick<Standing, 'holder' | 'fence'>

type Wanted = { sessionId: string; dead: Dead | undefined }

export type ClaimsDeps = {
	pool: pg.Pool
	log: Log
	clock: Clock
	/** No other server can be on this database: what earlier ones left behind is void. */
	isAlone: boolean
	lease?: Lease
	/** Sessions that others have taken from this server. */
	onLost(sessionIds: string[]): void
	/** Called after each renewal. */
	onRenewed(): void
}

const LEASE: Lease = { forMs: 15_000, renewEveryMs: 5_000 }

/** So many renewals of others must have been possible before a lease that ran out says anything. */
const RENEWALS_AFTER_OUTAGE = 2

const DEADLOCK = '40P01'

// A server's lease stands for all it holds: one row to renew. The ids that come back are lost to others.
const renew = {
	name: 'claims_renew',
	text: `
		with renewed as (
			insert into replicas (id, lease_until) values ($1, now() + $2 * interval '1 millisecond')
			on conflict (id) do update set lease_until = excluded.lease_until
		), forgotten as (
			delete from replicas where lease_until < now() - interval '1 day'
		)
		select held.id, held.fence
		from unnest($3::uuid[], $4::bigint[]) as held (id, fence)
		left join training_sessions s on s.id = held.id
		where s.mod_fence is distinct from held.fence`,
}

const claim = {
	name: 'claims_claim',
	text: `
		update training_sessions s set mod_holder = $1, mod_fence = s.mod_fence + 1
		from unnest($2::uuid[], $3::uuid[], $4::bigint[]) as wanted (id, dead, dead_fence)
		where s.id = wanted.id and s.status = 'active' and (
			s.mod_holder is null or s.mod_holder = $1
			or (s.mod_holder = wanted.dead and s.mod_fence = wanted.dead_fence)
		)
		returning s.id, s.mod_fence as fence`,
}

const seize = {
	name: 'claims_seize',
	text: `
		update training_sessions set mod_holder = $2, mod_fence = mod_fence + 1
		where id = $1 and status <> 'active'
		returning mod_fence as fence`,
}

const release = {
	name: 'claims_release',
	text: `
		update training_sessions s set mod_holder = null
		from unnest($2::uuid[], $3::bigint[]) as released (id, fence)
		where s.id = released.id and s.mod_holder = $1 and s.mod_fence = released.fence`,
}

// All at once, so that whoever is asked for them next finds them free.
const leave = {
	name: 'claims_leave',
	text: `
		with released as (
			update training_sessions set mod_holder = null where id = any($2::uuid[]) and mod_holder = $1
		)
		delete from replicas where id = $1`,
}

const standings = {
	name: 'claims_standings',
	text: `
		select s.id, s.status, s.mod_fence as fence, s.mod_holder as holder,
			coalesce(r.lease_until > now(), false) as "isLive"
		from training_sessions s left join replicas r on r.id = s.mod_holder
		where s.id = any($1::uuid[])`,
}

/** The sessions that this server holds against the other servers of its database (P4). */
export class Claims {
	/** This server's name among them. */
	readonly replica = randomUUID()
	readonly lease: Lease
	readonly #deps: ClaimsDeps
	readonly #releaseSoon = onceMore(() => this.#releaseRest())
	readonly #claim = together((wanted: readonly Wanted[]) => this.#claimMany(wanted))
	/** Session → the fence it is held with. */
	readonly #held = new Map<string, number>()
	/** Session → the fence it was held with: given back, but the database does not know. */
	readonly #givenBack = new Map<string, number>()
	/** Sessions that are being claimed. */
	readonly #wanted = new Set<string>()
	/** Sessions of which a claim failed: it may have been made all the same. */
	readonly #unclear = new Set<string>()
	#renewing: Promise<void> | undefined
	#renewedMs = Number.NEGATIVE_INFINITY
	/** Since when renewals have gone through without a break. */
	#steadySinceMs = 0
	#timer: Timer | undefined
	#isStarted = false
	#isClosing = false

	constructor(deps: ClaimsDeps) {
		this.#deps = deps
		this.lease = deps.lease ?? LEASE
		this.#schedule()
	}

	/** After an outage every lease has run out, those of servers that live too. */
	get canTrustLeases(): boolean {
		const { forMs, renewEveryMs } = this.lease
		if (this.#deps.isAlone) return true
		const now = this.#now()
		return now - this.#renewedMs < forMs && now - this.#steadySinceMs >= renewEveryMs * RENEWALS_AFTER_OUTAGE
	}

	/** Nothing is given back one by one any more. */
	get isClosing(): boolean {
		return this.#isClosing
	}

	/** Takes a session that nobody holds, or exactly `dead` does; the new fence, or undefined when it is not to be had. */
	async claim(sessionId: string, dead?: Dead): Promise<number | undefined> {
		await this.#beAlive()
		this.#wanted.add(sessionId)
		try {
			return await this.#claim({ sessionId, dead })
		} catch (error) {
			// Others that were asked for together with it may have failed alone.
			this.forget(sessionId)
			this.#unclear.add(sessionId)
			throw error
		} finally {
			this.#wanted.delete(sessionId)
		}
	}

	/** Takes a session whose run has ended: what still comes for it is written by whoever gets it. */
	async seize(sessionId: string): Promise<number | undefined> {
		await this.#beAlive()
		const values = [sessionId, this.replica]
		const { rows } = await this.#deps.pool.query<{ fence: number }>({ ...seize, values })
		return this.#note(sessionId, rows[0]?.fence)
	}

	async release(sessionId: string, fence: number): Promise<void> {
		// At the end all go at once, with the lease.
		if (this.#isClosing) return
		this.forget(sessionId)
		try {
			await this.#release([[sessionId, fence]])
		} catch (error) {
			this.#givenBack.set(sessionId, fence)
			throw error
		}
	}

	/** It is not held any more, whatever the database says. */
	forget(sessionId: string): void {
		this.#held.delete(sessionId)
	}

	async standings(sessionIds: readonly string[]): Promise<Map<string, Standing>> {
		const { rows } = await this.#deps.pool.query<Standing & { id: string }>({
			...standings,
			values: [sessionIds],
		})
		return new Map(rows.map(({ id, ...standing }) => [id, standing]))
	}

	/** Of one session; many that are asked for at the same time are asked for together. */
	readonly standing = together(async (ids: readonly string[]) => {
		const found = await this.standings(ids)
		return ids.map((id) => found.get(id))
	})

	/** From now on nothing is given back one by one. */
	startClosing(): void {
		this.#isClosing = true
	}

	async close(): Promise<void> {
		this.#isClosing = true
		this.#timer?.cancel()
		await this.#renewing
		if (!this.#isStarted) return
		const all = [...this.#held.keys(), ...this.#givenBack.keys(), ...this.#unclear]
		await this.#deps.pool
			.query({ ...leave, values: [this.replica, all] })
			.catch((error: unknown) => this.#deps.log.warn({ err: error }, 'the lease runs out by itself'))
	}

	/**
	 * Rows are locked in no certain order. A server that was thought dead and writes the same ones can be in the way,
	 * and then all would be refused; a claim of a single one cannot be part of a deadlock.
	 */
	async #claimMany(wanted: readonly Wanted[]): Promise<(number | undefined)[]> {
		return this.#claimAll(wanted).catch(async (error: unknown) => {
			if (sqlStateOf(error) !== DEADLOCK) throw error
			return (await Promise.all(wanted.map((one) => this.#claimAll([one])))).flat()
		})
	}

	async #claimAll(wanted: readonly Wanted[]): Promise<(number | undefined)[]> {
		const values = [
			this.replica,
			wanted.map(({ sessionId }) => sessionId),
			wanted.map(({ dead }) => dead?.holder ?? null),
			wanted.map(({ dead }) => dead?.fence ?? null),
		]
		const { rows } = await this.#deps.pool.query<{ id: string; fence: number }>({ ...claim, values })
		const fences = new Map(rows.map(({ id, fence }) => [id, fence]))
		return wanted.map(({ sessionId }) => this.#note(sessionId, fences.get(sessionId)))
	}

	async #release(released: readonly (readonly [sessionId: string, fence: number])[]): Promise<void> {
		const values = [this.replica, released.map(([id]) => id), released.map(([, fence]) => fence)]
		await this.#deps.pool.query({ ...release, values })
	}

	/** What was given back without an answer, and what claims without an answer may have taken. */
	async #releaseRest(): Promise<void> {
		try {
			await this.#lookAtUnclear()
			const released = [...this.#givenBack]
			if (released.length === 0) return
			await this.#release(released)
			for (const [id, fence] of released) if (this.#givenBack.get(id) === fence) this.#givenBack.delete(id)
		} catch (error) {
			this.#deps.log.warn({ err: error }, 'sessions could not be given back yet')
		}
	}

	async #lookAtUnclear(): Promise<void> {
		const ids = [...this.#unclear].filter((id) => !this.#wanted.has(id))
		if (ids.length === 0) return
		for (const id of ids) this.#unclear.delete(id)
		try {
			for (const [id, { holder, fence }] of await this.standings(ids)) {
				// One that was claimed again meanwhile is not this one any more.
				const isOurs = this.#held.has(id) || this.#wanted.has(id)
				if (holder === this.replica && !isOurs) this.#givenBack.set(id, fence)
			}
		} catch (error) {
			for (const id of ids) this.#unclear.add(id)
			throw error
		}
	}

	#note(sessionId: string, fence: number | undefined): number | undefined {
		if (fence !== undefined) this.#held.set(sessionId, fence)
		return fence
	}

	/** Nobody may claim with a lease that others see as run out. */
	async #beAlive(): Promise<void> {
		if (this.#now() - this.#renewedMs >= this.lease.forMs - this.lease.renewEveryMs) await this.#renewOnce()
	}

	#renewOnce(): Promise<void> {
		return (this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined)))
	}

	async #renew(): Promise<void> {
		if (!this.#isStarted && this.#deps.isAlone) await this.#deps.pool.query('delete from replicas')
		const startedMs = this.#now()
		const held = this.#deps.isAlone ? [] : [...this.#held]
		const { rows } = await this.#deps.pool.query<{ id: string; fence: number }>({
			...renew,
			values: [this.replica, this.lease.forMs, held.map(([id]) => id), held.map(([, fence]) => fence)],
		})
		if (startedMs - this.#renewedMs > this.lease.forMs) this.#steadySinceMs = startedMs
		this.#renewedMs = startedMs
		this.#isStarted = true
		const lost = rows.filter(({ id, fence }) => this.#held.get(id) === fence).map(({ id }) => id)
		if (lost.length > 0) this.#deps.onLost(lost)
	}

	#schedule(): void {
		this.#timer = this.#deps.clock.after(this.lease.renewEveryMs, () => void this.#tick())
	}

	/** A database that is away is waited for: nobody else can take anything meanwhile. */
	async #tick(): Promise<void> {
		try {
			await this.#renewOnce()
			// Not waited for: a row that somebody else has locked must not hold up the lease.
			this.#releaseSoon()
		} catch (error) {
			this.#deps.log.warn({ err: error }, 'the lease of this server could not be renewed')
		}
		if (this.#isClosing) return
		this.#deps.onRenewed()
		this.#schedule()
	}

	#now(): number {
		return this.#deps.clock.now()
	}
}
