import type { Clock } from '../clock.ts'

/** A clock that stands still until a test moves it. */
export type HandClock = Clock & {
	/** Runs what falls due on the way, in order. */
	pass(ms: number): void
	/** Times at which something is to happen. */
	due(): number[]
}

export function createHandClock(startMs = 1_000_000): HandClock {
	let nowMs = startMs
	const waiting = new Map<object, { atMs: number; act: () => void }>()
	return {
		now: () => nowMs,
		after(ms, act) {
			const key = {}
			waiting.set(key, { atMs: nowMs + ms, act })
			return () => waiting.delete(key)
		},
		pass(ms) {
			const endMs = nowMs + ms
			for (;;) {
				const [next] = [...waiting]
					.filter(([, one]) => one.atMs <= endMs)
					.sort(([, a], [, b]) => a.atMs - b.atMs)
				if (!next) break
				waiting.delete(next[0])
				nowMs = Math.max(nowMs, next[1].atMs)
				next[1].act()
			}
			nowMs = endMs
		},
		due: () => [...waiting.values()].map(({ atMs }) => atMs - nowMs).sort((a, b) => a - b),
	}
}
