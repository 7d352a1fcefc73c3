import { describe, expect, it } from 'vitest'
import type { Session } from '@speedfog/core/protocol/training'
import { layersReached, merge } from './progress.ts'

const run = (change: Partial<Session>) =>
	({ igt_ms: 0, current_layer: 0, seed_total_layers: 4, ...change }) as Session

describe('layersReached', () => {
	it('is none before the game has reported, then counts from one', () => {
		expect(layersReached(run({}))).toBe(0)
		expect(layersReached(run({ igt_ms: 1500 }))).toBe(1)
		expect(layersReached(run({ igt_ms: 1500, current_layer: 2 }))).toBe(3)
	})

	it('is all of them on the last layer and when finished', () => {
		expect(layersReached(run({ igt_ms: 1, current_layer: 3 }))).toBe(4)
		expect(layersReached(run({ igt_ms: 1, current_layer: 4 }))).toBe(4)
	})
})

it('merges pages newest first and takes the later word on a run', () => {
	const old = run({ id: 'a', created_at: '2026-01-01T00:00:00Z', status: 'active' })
	const fresh = run({ id: 'a', created_at: '2026-01-01T00:00:00Z', status: 'finished' })
	const other = run({ id: 'b', created_at: '2026-01-02T00:00:00Z' })
	expect(merge([old], [other, fresh])).toEqual([other, fresh])
})
