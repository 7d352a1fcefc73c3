import { expect, it } from 'vitest'
import { slugOf } from './slug.ts'

it('makes twelve hex digits of a number, the same each time', () => {
	expect(slugOf(1)).toMatch(/^[0-9a-f]{12}$/)
	expect(slugOf(1)).toBe(slugOf(1))
})

it('never gives two numbers the same slug', () => {
	const numbers = Array.from({ length: 30_000 }, (_, number) => number)
	expect(new Set(numbers.map(slugOf)).size).toBe(numbers.length)
})
