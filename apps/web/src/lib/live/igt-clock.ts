/** Tells the in-game time between two updates. All times in ms; `atMs` is the page's own steady clock. */
export type IgtClock = {
	/** As last reported. */
	igtMs: number
	atMs: number
	/** Whether the game is connected and the run goes on. */
	ticking: boolean
	/** What was shown beyond the report when it came; it wears off, so that the figure never jumps back. */
	leadMs: number
}

/** Furthest that the shown time may be ahead of the last report. */
export const furthestAheadMs = 2_000
const wearOffMs = { ahead: 4_000, behind: 600 }

export function start(igtMs: number, atMs: number, ticking: boolean): IgtClock {
	return { igtMs, atMs, ticking, leadMs: 0 }
}

export function hear(clock: IgtClock, igtMs: number, atMs: number, ticking: boolean): IgtClock {
	const shownMs = shown(clock, atMs)
	// An older save or the frozen time of a finish is shown at once.
	const snaps = !ticking || igtMs < clock.igtMs
	return { igtMs, atMs, ticking, leadMs: snaps ? 0 : shownMs - igtMs }
}

export function shown({ igtMs, atMs, ticking, leadMs }: IgtClock, nowMs: number): number {
	if (!ticking) return igtMs
	const passedMs = Math.max(0, nowMs - atMs)
	const wear = Math.max(0, 1 - passedMs / (leadMs > 0 ? wearOffMs.ahead : wearOffMs.behind))
	return Math.floor(igtMs + Math.min(furthestAheadMs, passedMs + leadMs * wear))
}
