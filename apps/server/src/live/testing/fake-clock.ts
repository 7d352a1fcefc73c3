import type { Clock } from '../clock.ts'

/** A clock that stands still until a test moves it. */
export type FakeClock = Clock & {
	/** Moves the time on; timers that come due run in order, each at its own time. */
	advance(ms: number): void
	/** The same in small steps, letting what was started in between (queries, say) go on. */
	pass(ms: number, stepMs?: number): Promise<void>
	/** Somebody sets the clock back; timers do not notice. */
	setBack(ms: number): void
	/** How many timers wait. */
	readonly waiting: number
}

export function fakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
	let nowMs = startMs
	const timers = new Set<{ atMs: number; run: () => void }>()

	function advance(ms: number): void {
		const untilMs = nowMs + ms
		for (;;) {
			let next: { atMs: number; run: () => void } | undefined
			for (const timer of timers) if (timer.atMs <= untilMs && (!next || timer.atMs < next.atMs)) next = timer
			if (!next) break
			timers.delete(next)
			nowMs = Math.max(nowMs, next.atMs)
			next.run()
		}
		nowMs = untilMs
	}

	return {
		now: () => nowMs,
		after(ms, run) {
			const timer = { atMs: nowMs + ms, run }
			timers.add(timer)
			return { cancel: () => void timers.delete(timer) }
		},
		advance,
		async pass(ms, stepMs = 100) {
			for (let left = ms; left > 0; left -= stepMs) {
				advance(Math.min(stepMs, left))
				await new Promise((resolve) => setImmediate(resolve))
			}
		},
		setBack(ms) {
			nowMs -= ms
			for (const timer of timers) timer.atMs -= ms
		},
		get waiting() {
			return timers.size
		},
	}
}
