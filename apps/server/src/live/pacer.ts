import type { Clock } from './clock.ts'

export type Paced = {
	/** Its time has come. `slot` is what it was given; another one means that it does not wait for this any more. */
	due(slot: number): void
}

const SLOT_MS = 10

/**
 * Wakes thousands that wait for up to a second each. All that are due within the same ten milliseconds share
 * one timer: with one each, timers would cost as much as what is done in them.
 */
export class Pacer {
	readonly #clock: Clock
	readonly #slots = new Map<number, Paced[]>()

	constructor(clock: Clock) {
		this.#clock = clock
	}

	now(): number {
		return this.#clock.now()
	}

	/** Wakes it after `waitMs`, or up to ten milliseconds later; what it gives stands for this wait. */
	wake(paced: Paced, waitMs: number): number {
		const now = this.#clock.now()
		const slot = Math.ceil((now + waitMs) / SLOT_MS)
		const waiting = this.#slots.get(slot)
		if (waiting) {
			waiting.push(paced)
		} else {
			this.#slots.set(slot, [paced])
			this.#clock.after(slot * SLOT_MS - now, () => this.#wakeAll(slot))
		}
		return slot
	}

	#wakeAll(slot: number): void {
		const waiting = this.#slots.get(slot) ?? []
		this.#slots.delete(slot)
		for (const paced of waiting) paced.due(slot)
	}
}
