import type { Visit } from '@speedfog/core/run/run-state'
import { pictureOf } from './message.ts'
import type { Known, RelayMessage, Seen, Told } from './message.ts'

type News = Extract<RelayMessage, { type: 'news' }>

export type FarAudienceDeps = {
	sessionId: string
	fence: number
	seen(): Seen
	send(replica: string, news: News): void
	/** Numbers that rise over all sessions. */
	nextVersion(): number
}

/** The servers whose spectators watch a session that is held here. */
export class FarAudience {
	readonly #deps: FarAudienceDeps
	/** Until when each counts on us, ms. */
	readonly #replicas = new Map<string, number>()
	#version: number
	#toldVisits: readonly Visit[]

	constructor(deps: FarAudienceDeps) {
		this.#deps = deps
		this.#version = deps.nextVersion()
		this.#toldVisits = deps.seen().run.visits
	}

	get replicas(): string[] {
		return [...this.#replicas.keys()]
	}

	/** It watches, until then; what it knows is completed. */
	add(replica: string, untilMs: number, known: Known | null): void {
		this.#replicas.set(replica, untilMs)
		const { fence } = this.#deps
		if (known?.fence === fence && known.version === this.#version) return
		this.#deps.send(replica, this.#news(null, null, true))
	}

	/** Both return whether anybody is left. */
	remove(replica: string): boolean {
		this.#replicas.delete(replica)
		return this.#replicas.size > 0
	}

	expire(nowMs: number): boolean {
		for (const [replica, untilMs] of this.#replicas) if (untilMs < nowMs) this.#replicas.delete(replica)
		return this.#replicas.size > 0
	}

	tell(told: Told): void {
		const after = this.#version
		this.#version = this.#deps.nextVersion()
		const { visits } = this.#deps.seen().run
		const news = this.#news(told, after, visits !== this.#toldVisits)
		this.#toldVisits = visits
		for (const replica of this.#replicas.keys()) this.#deps.send(replica, news)
	}

	#news(told: Told | null, after: number | null, withVisits: boolean): News {
		const { sessionId: session, fence, seen } = this.#deps
		const at = { fence, version: this.#version }
		return { type: 'news', session, at, after, told, picture: pictureOf(seen(), withVisits) }
	}
}
