import { systemClock, type Clock } from '../clock.ts'

/** So many times as fast as the real one. */
export function quickClock(times: number): Clock {
	return {
		now: () => Date.now() * times,
		after: (ms, act) => systemClock.after(ms / times, act),
	}
}
