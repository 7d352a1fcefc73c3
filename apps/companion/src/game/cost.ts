import type { Memory } from './memory.ts'

/** Counts what looking at a game costs, and tells it once. */
export type Meter = {
	/** The one to be read. */
	memory: Memory
	/** Counts one look; `counts` says whether it was a usual one. */
	look<Seen>(see: () => Seen, counts: (seen: Seen) => boolean): Seen
}

/** The first ones walk the tree of flags, and run code that is not compiled yet: the middle one tells. */
const LOOKS = 20

export function createMeter(memory: Memory, now: () => number, tell: (sentence: string) => void): Meter {
	const costs: { reads: number; ms: number }[] = []
	let reads = 0
	const middle = (of: 'reads' | 'ms') => costs.map((cost) => cost[of]).sort((a, b) => a - b)[LOOKS / 2]!
	return {
		memory: {
			read(address, length, into) {
				reads++
				return memory.read(address, length, into)
			},
		},
		look(see, counts) {
			if (costs.length === LOOKS) return see()
			reads = 0
			const startedMs = now()
			const seen = see()
			if (!counts(seen)) return seen
			costs.push({ reads, ms: now() - startedMs })
			if (costs.length === LOOKS)
				tell(`A look at the game takes ${middle('reads')} reads and ${middle('ms').toFixed(2)} ms`)
			return seen
		},
	}
}
