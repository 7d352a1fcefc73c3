/** The time and the only timers of the companion, so that tests own both. */
export type Clock = {
	/** ms since 1970 */
	now(): number
	/** Runs `act` once after `ms`; the answer takes it back. */
	after(ms: number, act: () => void): () => void
}

export const systemClock: Clock = {
	now: () => Date.now(),
	after(ms, act) {
		const timer = setTimeout(act, ms)
		return () => clearTimeout(timer)
	},
}
