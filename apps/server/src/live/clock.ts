/** The time and the only timers of everything live, so that tests own both. */
export type Clock = {
	/** ms since 1970 */
	now(): number
	after(ms: number, run: () => void): Timer
}

export type Timer = { cancel(): void }

export const systemClock: Clock = {
	now: () => Date.now(),
	after(ms, run) {
		const timeout = setTimeout(run, ms)
		return { cancel: () => clearTimeout(timeout) }
	},
}
