/** Numbers in [0, 1), always the same row for the same seed. Passed as an argument wherever chance decides. */
export type Random = () => number

/** sfc32 by Chris Doty-Humphrey (public domain): small, fast, and good enough to lay out seeds. */
export function createRandom(seed: number): Random {
	let a = mix(seed)
	let b = mix(seed / 2 ** 32)
	let c = mix(a ^ b)
	let counter = 1
	const next = () => {
		const sum = (a + b + counter++) | 0
		a = b ^ (b >>> 9)
		b = (c + (c << 3)) | 0
		c = ((c << 21) | (c >>> 11)) + sum
		return (sum >>> 0) / 2 ** 32
	}
	// Close seeds give close states at first; sfc32's author advises to let a dozen rounds pass.
	for (let round = 0; round < 12; round++) next()
	return next
}

/** A whole number from `min` to `max`, both included. */
export function int(random: Random, min: number, max: number): number {
	return min + Math.floor(random() * (max - min + 1))
}

export function between(random: Random, min: number, max: number): number {
	return min + random() * (max - min)
}

export function chance(random: Random, probability: number): boolean {
	return random() < probability
}

export function pick<T>(random: Random, list: readonly T[]): T {
	if (list.length === 0) throw new Error('nothing to pick from')
	return list[int(random, 0, list.length - 1)] as T
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(random: Random, list: readonly T[]): T[] {
	const copy = [...list]
	for (let last = copy.length - 1; last > 0; last--) {
		const other = int(random, 0, last)
		;[copy[last], copy[other]] = [copy[other] as T, copy[last] as T]
	}
	return copy
}

/** The finisher of MurmurHash3: spreads 32 bits so that neighbours share nothing. */
export function mix(value: number): number {
	let x = Math.floor(value) | 0
	x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
	x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
	return x ^ (x >>> 16)
}
