import { limits } from '@speedfog/core/protocol/limits'

/** Remembers when a socket sent bad frames, for as long as they count (P30). */
export class BadFrames {
	#times: number[] | undefined

	/** Counts one; true when there were too many within ten seconds. */
	exceededBy(now: number): boolean {
		const since = now - limits.badFrames.withinMs
		this.#times = (this.#times ?? []).filter((time) => time > since && time <= now)
		this.#times.push(now)
		return this.#times.length > limits.badFrames.count
	}
}
