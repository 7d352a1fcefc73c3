import { describe, expect, it } from 'vitest'
import { assignLanes } from './lanes.ts'

describe('assignLanes', () => {
	it('keeps a chain of nodes on one lane beside a wider layer', () => {
		const layers = [['a'], ['b', 'c', 'd'], ['e'], ['f']]
		const links = [
			{ from: 'a', to: 'b' },
			{ from: 'b', to: 'e' },
			{ from: 'e', to: 'f' },
		]
		const lanes = assignLanes(layers, links)
		expect(new Set(['a', 'b', 'e', 'f'].map((id) => lanes.get(id)))).toEqual(new Set([0]))
	})

	it('keeps the order within a layer', () => {
		const lanes = assignLanes(
			[
				['a', 'b'],
				['c', 'd', 'e'],
			],
			[{ from: 'b', to: 'c' }],
		)
		expect(lanes.get('a')!).toBeLessThan(lanes.get('b')!)
		expect([lanes.get('c'), lanes.get('d'), lanes.get('e')]).toEqual([0, 1, 2])
	})

	it('puts what is free to lie anywhere into the middle', () => {
		const lanes = assignLanes([['a'], ['b', 'c', 'd']], [])
		expect(lanes.get('a')).toBe(1)
	})

	it('only centres a layer with too many ways to spread it', () => {
		const wide = Array.from({ length: 24 }, (_, i) => `w${i}`)
		const half = Array.from({ length: 12 }, (_, i) => `h${i}`)
		const lanes = assignLanes([wide, half], [])
		expect(lanes.get('h0')).toBe(6)
		expect(new Set(half.map((id) => lanes.get(id))).size).toBe(12)
	})
})
