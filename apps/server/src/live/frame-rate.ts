import { limits } from '@speedfog/core/protocol/limits'

const SECONDS = limits.frameRate.forMs / 1000
const ALLOWED = limits.frameRate.perSecond * SECONDS

/** Counts what one socket sends, by second, over the last five seconds (P31). */
export class FrameRate {
	#second = 0
	#total = 0
	readonly #counts: number[] = new Array(SECONDS).fill(0)

	/** Counts one frame; true when the peer has sent more than it may. */
	exceededBy(now: number): boolean {
		const second = Math.floor(now / 1000)
		if (second !== this.#second) this.#forget(second)
		this.#counts[second % SECONDS]!++
		this.#total++
		return this.#total > ALLOWED
	}

	#forget(second: number): void {
		const gone = second < this.#second ? SECONDS : Math.min(second - this.#second, SECONDS)
		for (let step = 0; step < gone; step++) {
			const slot = (second - step) % SECONDS
			this.#total -= this.#counts[slot]!
			this.#counts[slot] = 0
		}
		this.#second = second
	}
}
