import { expect, it } from 'vitest'
import type { Place } from './layout.ts'
import { neighbour } from './neighbours.ts'

const at = (layer: number, track: number): Place => ({ x: layer, y: track, layer, track })
/** a leads to the farther d, not to b beside it; nothing known lies in layer 2. */
const places = new Map([
	['a', at(0, 1)],
	['b', at(1, 1)],
	['c', at(1, 2)],
	['d', at(1, 3)],
	['e', at(3, 0)],
])
const edges = [{ from: 'a', to: 'd' }]

it.each([
	['a', 'ArrowRight', 'd'],
	['d', 'ArrowLeft', 'a'],
	['b', 'ArrowLeft', 'a'],
	['c', 'ArrowRight', 'e'],
	['e', 'ArrowLeft', 'b'],
	['b', 'ArrowDown', 'c'],
	['d', 'ArrowUp', 'c'],
] as const)('goes from %s by %s to %s', (from, key, to) => {
	expect(neighbour(from, key, places, edges)).toBe(to)
})

it.each([
	['a', 'ArrowLeft'],
	['e', 'ArrowRight'],
	['b', 'ArrowUp'],
	['d', 'ArrowDown'],
	['gone', 'ArrowUp'],
] as const)('stays at %s where %s leads nowhere', (from, key) => {
	expect(neighbour(from, key, places, edges)).toBeUndefined()
})
