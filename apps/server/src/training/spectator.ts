import { close as closes } from '@speedfog/core/protocol/close'
import { readSpectatorAuth } from '@speedfog/core/protocol/read-frame'
import type { Link, Peer } from '#live/link.ts'
import type { SignedIn } from '#live/upgrade.ts'
import { hashShareToken, mayWatch } from './access.ts'
import type { Guarded } from './access.ts'
import type { Door } from './admission.ts'
import type { LiveSession } from './live-session.ts'

/** `signedIn`: who a browser's cookie says it is; null where there is none. */
export type Wanted = { sessionId: string; signedIn: SignedIn | null }

/** Somebody who watches a session (protocol, P50 to P54). */
export class Spectator implements Peer {
	readonly #door: Door
	readonly #link: Link
	readonly #wanted: Wanted
	#session: LiveSession | undefined
	#tokenHash: Buffer | undefined

	constructor(link: Link, wanted: Wanted, door: Door) {
		this.#link = link
		this.#wanted = wanted
		this.#door = door
		if (wanted.signedIn) this.#comeBy(wanted.signedIn.tokenHash)
	}

	first(text: string | null): void {
		this.#admit(text).catch((error: unknown) => {
			this.#door.log.warn({ err: error, ...this.ids }, 'a spectator could not be let in')
			this.#link.close(closes.tooSlow)
		})
	}

	get ids() {
		return { session: this.#wanted.sessionId }
	}

	/** P53: what spectators say is nobody's business. */
	next(): void {}

	gone(): void {
		this.#comeBy(undefined)
		if (!this.#session) return
		this.#session.unwatch(this.#link)
		this.#door.traceOf(this.#session.id)?.debug('a spectator has gone')
		this.#door.letGo(this.#session)
	}

	async #admit(text: string | null): Promise<void> {
		const read = text === null ? undefined : readSpectatorAuth(text)
		if (!read?.ok) return this.#link.close(closes.forbidden)
		const { sessionId } = this.#wanted
		// Before the look into the database, so that a token which ends meanwhile is not missed.
		if (read.auth.token !== undefined) this.#comeBy(hashShareToken(read.auth.token))
		const guarded = await this.#door.find(sessionId)
		if (!guarded) return this.#link.close(closes.notFound)
		if (!(await this.#mayWatch(guarded, read.auth.token))) return this.#link.close(closes.forbidden)
		const session = await this.#door.acquire(sessionId)
		if (!session) return this.#link.close(closes.notFound)
		await session.catchUp()
		if (!this.#link.isAdmitting) return this.#door.letGo(session)
		this.#session = session
		session.watch(this.#link)
		this.#door.traceOf(sessionId)?.debug('a spectator is here')
	}

	/** When that token ends, this link does too. */
	#comeBy(tokenHash: Buffer | undefined): void {
		const { tokenLinks } = this.#door
		if (this.#tokenHash) tokenLinks.remove(this.#tokenHash, this.#link)
		if (tokenHash) tokenLinks.add(tokenHash, this.#link, this.#wanted.sessionId)
		this.#tokenHash = tokenHash
	}

	/** Who names a token means that one: a cookie does not help a wrong one. */
	async #mayWatch(guarded: Guarded, token: string | undefined): Promise<boolean> {
		if (token === undefined) {
			const { signedIn } = this.#wanted
			return mayWatch(guarded, signedIn && { id: signedIn.userId }, null)
		}
		if (mayWatch(guarded, null, token)) return true
		return mayWatch(guarded, (await this.#door.findUserByToken(token)) ?? null, null)
	}
}
