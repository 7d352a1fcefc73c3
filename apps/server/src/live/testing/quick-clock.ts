import { systemClock } from '../clock.ts'
import type { Clock } from '../clock.ts'

export type QuickClock = Clock & {
	/** From now on time runs so many times faster than it does. */
	run(factor: number): void
}

/** Real time, made faster: for tests with real sockets, which cannot wait for a clock that stands still. */
export function quickClock(factor: number): QuickClock {
	let since = { realMs: Date.now(), ms: Date.now() }
	const now = () => since.ms + (Date.now() - since.realMs) * factor
	const timers = new Set<{ dueMs: number; run: () => void; cancel: () => void }>()

	function arm(timer: { dueMs: number; run: () => void; cancel: () => void }): void {
		const { cancel } = systemClock.after((timer.dueMs - now()) / factor, () => {
			timers.delete(timer)
			timer.run()
		})
		timer.cancel = cancel
	}

	return {
		now,
		after(ms, run) {
			const timer = { dueMs: now() + ms, run, cancel: () => {} }
			timers.add(timer)
			arm(timer)
			return {
				cancel() {
					timers.delete(timer)
					timer.cancel()
				},
			}
		},
		run(faster) {
			since = { realMs: Date.now(), ms: now() }
			factor = faster
			for (const timer of timers) {
				timer.cancel()
				arm(timer)
			}
		},
	}
}
