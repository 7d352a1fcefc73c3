/** Numbers in [0, 1), always the same row for the same seed. */
export type Random = () => number

/** mulberry32 by Tommy Ettinger (public domain). */
export function createRandom(seed: number): Random {
	let state = seed >>> 0
	return () => {
		state = (state + 0x6d2b79f5) >>> 0
		let mixed = Math.imul(state ^ (state >>> 15), state | 1)
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
	}
}

export function chance(random: Random, probability: number): boolean {
	return random() < probability
}

export function between(random: Random, least: number, most: number): number {
	return least + random() * (most - least)
}

export function pick<T>(random: Random, list: readonly T[]): T | undefined {
	return list[Math.floor(random() * list.length)]
}
