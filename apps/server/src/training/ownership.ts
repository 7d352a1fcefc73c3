import type { Log } from '#log.ts'
import type { Claims } from './claims.ts'
import type { Answer } from './relay/message.ts'

export type OwnershipDeps = {
	claims: Claims
	log: Log
	relay: { ask(holder: string, sessionId: string): Promise<Answer | 'silent'> }
}

/** `isFresh`: what is in memory is what the database has. */
export type Taken =
	{ outcome: 'held'; isFresh: boolean } | { outcome: 'elsewhere' } | { outcome: 'ended' | 'unknown' }

/** Whether this server is the one that may write a session, and how it becomes that (P4). */
export class Ownership {
	readonly #sessionId: string
	readonly #deps: OwnershipDeps
	#fence: number | undefined
	/** The fence up to which the copy in memory is complete; undefined where others may have written since. */
	#basis: number | undefined
	#last: Promise<unknown> = Promise.resolve()

	constructor(sessionId: string, basis: number | undefined, deps: OwnershipDeps) {
		this.#sessionId = sessionId
		this.#basis = basis
		this.#deps = deps
	}

	/** What writes are to name; undefined while this server may not write. */
	get fence(): number | undefined {
		return this.#fence
	}

	/** Takes the session, from a holder that is gone if need be. */
	take(): Promise<Taken> {
		return this.#inTurn(async () => {
			if (this.#fence !== undefined) return { outcome: 'held', isFresh: true }
			for (let dead: { holder: string | null; fence: number } | undefined; ;) {
				const fence = await this.#deps.claims.claim(this.#sessionId, dead)
				if (fence !== undefined) return this.#gain(fence)
				const standing = await this.#deps.claims.standing(this.#sessionId)
				if (!standing) return { outcome: 'unknown' }
				if (standing.status !== 'active') return { outcome: 'ended' }
				if (standing.holder === null) continue
				if (standing.isLive || !this.#deps.claims.canTrustLeases) {
					if ((await this.#deps.relay.ask(standing.holder, this.#sessionId)) === 'alive')
						return { outcome: 'elsewhere' }
				}
				dead = standing
			}
		})
	}

	/** Takes a session whose run has ended, whoever has it. */
	seize(): Promise<Taken> {
		return this.#inTurn(async () => {
			if (this.#fence !== undefined) return { outcome: 'held', isFresh: true }
			const fence = await this.#deps.claims.seize(this.#sessionId)
			return fence === undefined ? { outcome: 'unknown' } : this.#gain(fence)
		})
	}

	/** Lets others have it, unless somebody here has come for it meanwhile. */
	release(isUnused: () => boolean): Promise<void> {
		return this.#inTurn(async () => {
			const fence = this.#fence
			if (fence === undefined || !isUnused()) return
			this.#fence = undefined
			this.#basis = fence
			await this.#deps.claims.release(this.#sessionId, fence).catch((error: unknown) => {
				// Whoever wants it asks here, and is told that it is free.
				this.#deps.log.warn({ err: error, session: this.#sessionId }, 'a session could not be released')
			})
		})
	}

	/** Somebody else has it. */
	lose(): void {
		this.#deps.claims.forget(this.#sessionId)
		this.#fence = undefined
		this.#basis = undefined
	}

	#gain(fence: number): Taken {
		const isFresh = fence - 1 === this.#basis
		this.#fence = fence
		this.#basis = undefined
		return { outcome: 'held', isFresh }
	}

	#inTurn<T>(run: () => Promise<T>): Promise<T> {
		const turn = this.#last.then(run)
		this.#last = turn.catch(() => {})
		return turn
	}
}
