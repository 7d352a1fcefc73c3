import { describe, expect, it } from 'vitest'
import { segments, spentByNode } from './segments.ts'

const visit = (node_id: string, igt_ms: number, deaths = 0) => ({
	node_id,
	from_node_id: null,
	flag_id: null,
	igt_ms,
	deaths,
})

describe('segments', () => {
	it('lets a stay last until the next one and the last one until now', () => {
		const stays = segments([visit('a', 0), visit('b', 60_000, 3)], 75_000)
		expect(stays).toEqual([
			{ nodeId: 'a', splitMs: 0, spentMs: 60_000, deaths: 0, again: false },
			{ nodeId: 'b', splitMs: 60_000, spentMs: 15_000, deaths: 3, again: false },
		])
	})

	it('marks a zone that was visited before', () => {
		const stays = segments([visit('a', 0), visit('b', 10), visit('a', 20)], 30)
		expect(stays.map((stay) => stay.again)).toEqual([false, false, true])
	})

	it('counts no time where the clock fell back to an older save', () => {
		expect(segments([visit('a', 50_000), visit('b', 20_000)], 21_000)[0]?.spentMs).toBe(0)
	})
})

it('adds up time and deaths of a node over all its stays', () => {
	const stays = segments([visit('a', 0, 1), visit('b', 10), visit('a', 30, 2)], 100)
	expect(spentByNode(stays).get('a')).toEqual({ spentMs: 80, deaths: 3, stays: 2 })
})
