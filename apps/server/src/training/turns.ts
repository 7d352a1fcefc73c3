import type { RunEvent } from '@speedfog/core/run/run-state'
import type { Mod } from './mod.ts'

/** Something that happens to a run when its turn comes. */
export type Turn = {
	event: RunEvent
	/** Who is answered; null stands for the mod that is connected then. */
	from: Mod | null
	/** Asked when the turn comes; false skips it. */
	isWanted?: () => boolean
	/** Done in the place of the event; never rejects. */
	work?: () => Promise<unknown>
	done?: (result: TurnResult) => void
}

export type TurnResult = 'done' | 'skipped' | 'failed'

/** What may wait while a commit is under way: the flags of hours, for status updates are joined. */
const MAX_WAITING = 500

/** The one queue of a session: all that happens to its run, one after the other (P23). */
export class Turns {
	readonly #take: (turn: Turn) => void
	#waiting: Turn[] = []
	#isPaused = false

	constructor(take: (turn: Turn) => void) {
		this.#take = take
	}

	get isIdle(): boolean {
		return !this.#isPaused && this.#waiting.length === 0
	}

	get isPaused(): boolean {
		return this.#isPaused
	}

	add(turn: Turn): void {
		if (this.isIdle) this.#take(turn)
		else this.#waiting.push(turn)
	}

	/** Something that a mod said; false when so much waits that it was not taken. */
	hear(event: RunEvent, from: Mod): boolean {
		if (this.isIdle) {
			this.#take({ event, from })
		} else if (!this.#joinsLast(event, from)) {
			if (this.#waiting.length >= MAX_WAITING) return false
			this.#waiting.push({ event, from })
		}
		return true
	}

	/** Back to the front. */
	again(turn: Turn): void {
		this.#waiting.unshift(turn)
	}

	/** No turn is taken until that is done. It never rejects. */
	pause(work: Promise<unknown>): void {
		this.#isPaused = true
		void work.then(() => this.#goOn())
	}

	#goOn(): void {
		this.#isPaused = false
		while (!this.#isPaused) {
			const turn = this.#waiting.shift()
			if (!turn) return
			this.#take(turn)
		}
	}

	/** Between flags only the newest of the status updates that wait counts, unless something fell (P11, P22). */
	#joinsLast(event: RunEvent, from: Mod): boolean {
		const last = this.#waiting.at(-1)
		if (event.type !== 'status_update' || last?.event.type !== 'status_update' || last.from !== from)
			return false
		if (event.igtMs < last.event.igtMs || event.deaths < last.event.deaths) return false
		last.event = event
		return true
	}
}
