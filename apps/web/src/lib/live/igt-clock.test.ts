import { describe, expect, it } from 'vitest'
import { furthestAheadMs, hear, shown, start } from './igt-clock.ts'

describe('the clock between two updates', () => {
	it('ticks on by itself', () => {
		expect(shown(start(60_000, 0, true), 800)).toBe(60_800)
	})

	it('never runs ahead of the last update by more than two seconds', () => {
		expect(shown(start(60_000, 0, true), 90_000)).toBe(60_000 + furthestAheadMs)
		let clock = start(60_000, 0, true)
		for (let at = 1_900; at < 30_000; at += 1_900) {
			clock = hear(clock, 60_000, at, true)
			for (let passed = 0; passed < 5_000; passed += 50)
				expect(shown(clock, at + passed)).toBeLessThanOrEqual(60_000 + furthestAheadMs)
		}
	})

	it('stands while the game is not connected', () => {
		expect(shown(start(60_000, 0, false), 5_000)).toBe(60_000)
	})

	it('never jumps back when an update is behind what was shown', () => {
		let clock = start(60_000, 0, true)
		let last = 0
		for (let at = 0; at < 20_000; at += 50) {
			if (at % 1_500 === 0) clock = hear(clock, 60_000 + at * 0.6, at, true)
			const now = shown(clock, at)
			expect(now).toBeGreaterThanOrEqual(last)
			last = now
		}
	})

	it('glides up to an update that is far ahead and is there within a second', () => {
		const clock = hear(start(60_000, 0, true), 90_000, 1_000, true)
		expect(shown(clock, 1_000)).toBe(61_000)
		expect(shown(clock, 1_300)).toBeGreaterThan(70_000)
		expect(shown(clock, 2_000)).toBe(91_000)
	})

	it('shows the older time of an older save at once', () => {
		expect(shown(hear(start(60_000, 0, true), 20_000, 500, true), 500)).toBe(20_000)
	})

	it('shows the frozen time of a finish exactly', () => {
		const clock = hear(start(60_000, 0, true), 60_400, 900, false)
		expect(shown(clock, 900)).toBe(60_400)
		expect(shown(clock, 9_000)).toBe(60_400)
	})
})
