import { expect, test } from 'vitest'
import * as igt from './igt.ts'

test.each([
	[0, '0:00:00'],
	[999, '0:00:00'],
	[61_000, '0:01:01'],
	[3_599_999, '0:59:59'],
	[3_600_000, '1:00:00'],
	[2 ** 31 - 1, '596:31:23'],
	[-5, '0:00:00'],
])('%i ms of play read %s', (igtMs, text) => {
	expect(igt.format(igtMs)).toBe(text)
})

test.each([
	[0, '0:00'],
	[61_000, '1:01'],
	[754_000, '12:34'],
	[3_661_000, '1:01:01'],
])('a short segment of %i ms reads %s', (igtMs, text) => {
	expect(igt.format(igtMs, { short: true })).toBe(text)
})

test.each([
	[12_000, '+0:12'],
	[-3_723_000, '−1:02:03'],
	[0, '±0:00'],
	[-999, '±0:00'],
])('a difference of %i ms reads %s', (differenceMs, text) => {
	expect(igt.formatDifference(differenceMs)).toBe(text)
})
