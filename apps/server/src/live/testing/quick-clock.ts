import { systemClock } from '../clock.ts'
import type { Clock } from '../clock.ts'

/** Real time that runs so many times faster: for tests with real sockets, which cannot wait for a fake one. */
export function quickClock(factor: number): Clock {
	const startMs = Date.now()
	return {
		now: () => startMs + (Date.now() - startMs) * factor,
		after: (ms, run) => systemClock.after(ms / factor, run),
	}
}
