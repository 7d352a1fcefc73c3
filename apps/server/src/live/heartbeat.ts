import type { Clock, Timer } from './clock.ts'

const TICK_MS = 1_000
/** A tick this far from its time was held up by us (a suspended machine, a set clock): no peer is to blame. */
const LATE_MS = 10_000

export type Beating = {
	/** `forgiven`: times noted before now do not count. */
	beat(now: number, forgiven: boolean): void
}

/** One timer for the heartbeats of all sockets. */
export class Heartbeat {
	readonly #clock: Clock
	readonly #beating = new Set<Beating>()
	#timer: Timer
	#lastTickMs: number

	constructor(clock: Clock) {
		this.#clock = clock
		this.#lastTickMs = clock.now()
		this.#timer = clock.after(TICK_MS, this.#tick)
	}

	add(beating: Beating): void {
		this.#beating.add(beating)
	}

	remove(beating: Beating): void {
		this.#beating.delete(beating)
	}

	stop(): void {
		this.#timer.cancel()
	}

	readonly #tick = (): void => {
		const now = this.#clock.now()
		const forgiven = Math.abs(now - this.#lastTickMs) > LATE_MS
		this.#lastTickMs = now
		this.#timer = this.#clock.after(TICK_MS, this.#tick)
		for (const beating of this.#beating) beating.beat(now, forgiven)
	}
}
