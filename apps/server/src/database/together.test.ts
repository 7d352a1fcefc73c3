import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { together } from './together.ts'

describe('questions asked at the same time', () => {
	it('are one question, and each gets the answer to its own key', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.nat(300), { maxLength: 450 }), async (keys) => {
				const asked: (readonly number[])[] = []
				const double = together(async (some: readonly number[]) => {
					asked.push(some)
					return some.map((key) => key * 2)
				})
				expect(await Promise.all(keys.map(double))).toEqual(keys.map((key) => key * 2))
				expect(asked).toHaveLength(Math.ceil(keys.length / 200))
			}),
			{ numRuns: 50 },
		)
	})

	it('are asked anew every time', async () => {
		let count = 0
		const next = together(async (keys: readonly string[]) => keys.map(() => ++count))
		expect([await next('same'), await next('same')]).toEqual([1, 2])
	})

	it('fail together, and those after them do not', async () => {
		let isAway = true
		const ask = together(async (keys: readonly string[]) => {
			if (isAway) throw new Error('the database is away')
			return [...keys]
		})
		const results = await Promise.allSettled([ask('a'), ask('b')])
		expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
		isAway = false
		expect(await ask('a')).toBe('a')
	})
})
