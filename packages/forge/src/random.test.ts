import { describe, expect, it } from 'vitest'
import { between, createRandom, int, pick, shuffled } from './random.ts'

describe('random', () => {
	it('gives the same row of numbers for the same seed and another for the next one', () => {
		const row = (seed: number) => {
			const random = createRandom(seed)
			return Array.from({ length: 20 }, () => random())
		}
		expect(row(5)).toEqual(row(5))
		expect(row(5)).not.toEqual(row(6))
		expect(row(5)).not.toEqual(row(5 + 2 ** 32))
	})

	it('keeps to these numbers for good: a change would change every demo seed', () => {
		const random = createRandom(1)
		expect([int(random, 0, 999), int(random, 0, 999), int(random, 0, 999)]).toEqual([20, 179, 78])
	})

	it('spreads evenly and stays within its limits', () => {
		const random = createRandom(42)
		const counts = Array<number>(10).fill(0)
		for (let n = 0; n < 10_000; n++) {
			const digit = int(random, 0, 9)
			counts[digit] = (counts[digit] ?? 0) + 1
			const real = between(random, 2, 3)
			expect(real >= 2 && real < 3).toBe(true)
		}
		expect(Math.min(...counts)).toBeGreaterThan(850)
		expect(Math.max(...counts)).toBeLessThan(1150)
	})

	it('shuffles a copy that holds the same items, and refuses to pick from nothing', () => {
		const random = createRandom(7)
		const list = [1, 2, 3, 4, 5, 6, 7, 8]
		const other = shuffled(random, list)
		expect(list).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
		expect(other).not.toEqual(list)
		expect([...other].sort()).toEqual(list)
		expect(() => pick(random, [])).toThrow('nothing to pick from')
	})
})
