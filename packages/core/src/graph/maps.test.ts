import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mapOfGate, mapOfGrace, nodesAt } from './maps.ts'
import { diamond } from './testing.ts'

test.each([
	['m10_00_00_00_AEG099_001_9000', 'm10_00_00_00'],
	['m60_51_57_00_755894503', 'm60_51_57_00'],
	['m60_51_57_10_AEG099_001_9000', 'm60_51_57_00'],
	['m61_12_11_22_AEG099_001_9000', 'm61_12_11_02'],
	['m10_00_00_10_AEG099_001_9000', 'm10_00_00_10'],
	['m31_05_00_00', 'm31_05_00_00'],
	['AEG099_001_9000', null],
	['m10_00_00_001_AEG', null],
	['', null],
])('[P20] the gate %s stands in map %s', (gate, map) => {
	expect(mapOfGate(gate)).toBe(map)
})

test.each([
	[10_000_950, 'm10_00_00_00'],
	[31_050_951, 'm31_05_00_00'],
	[1_044_360_950, 'm60_44_36_00'],
	[2_046_400_950, 'm61_46_40_00'],
	[3_044_360_950, null],
	[1_144_360_950, null],
	[999, null],
	[0, null],
	[123_456_789, null],
])('[P20] the grace %i stands in map %s', (grace, map) => {
	expect(mapOfGrace(grace)).toBe(map)
})

describe('[P20] the open world', () => {
	const at = (gateMap: string, mapId: string) =>
		nodesAt(diamond({ maps: { grotto: gateMap } }).graph, mapId).has('grotto')

	test.each([
		['m60_44_36_00', 'm60_44_36_00', true],
		['m60_44_36_00', 'm60_44_36_10', true],
		['m60_44_36_00', 'm60_44_37_00', false],
		['m60_44_36_00', 'm61_44_36_00', false],
		['m60_22_18_01', 'm60_44_36_00', true],
		['m60_22_18_01', 'm60_45_37_00', true],
		['m60_22_18_01', 'm60_46_36_00', false],
		['m60_11_09_02', 'm60_44_36_00', true],
		['m60_11_09_02', 'm60_47_39_00', true],
		['m60_11_09_02', 'm60_48_36_00', false],
		['m60_11_09_02', 'm60_22_18_01', true],
		['m60_11_09_12', 'm60_44_36_10', true],
		['m60_44_36_00', 'm60_11_09_02', true],
		['m60_44_36_00', 'm60_22_18_01', true],
		['m60_48_36_00', 'm60_11_09_02', false],
		['m60_01_01_03', 'm60_01_01_03', true],
		['m60_01_01_03', 'm60_08_08_00', false],
		['m10_00_00_00', 'm10_00_00_00', true],
		['m10_00_00_00', 'm10_00_00_10', false],
		['m10_00_00_01', 'm10_00_00_00', false],
	])('a gate in %s is found from %s: %s', (gateMap, mapId, found) => {
		expect(at(gateMap, mapId)).toBe(found)
	})

	test('one tile covers another whichever of them is asked for', () => {
		const coordinate = fc.integer({ min: 0, max: 24 })
		const tile = fc.record({ x: coordinate, y: coordinate, level: fc.integer({ min: 0, max: 2 }) })
		const name = ({ x, y, level }: { x: number; y: number; level: number }) =>
			`m60_${String(x).padStart(2, '0')}_${String(y).padStart(2, '0')}_0${level}`
		fc.assert(
			fc.property(tile, tile, (a, b) => {
				const [small, large] = a.level <= b.level ? [a, b] : [b, a]
				const shift = large.level - small.level
				const covered = small.x >> shift === large.x && small.y >> shift === large.y
				expect(at(name(a), name(b))).toBe(covered)
				expect(at(name(b), name(a))).toBe(covered)
			}),
		)
	})
})

test('[P20] a gate belongs to the nodes that hold its zone', () => {
	const { graph } = diamond({
		patch: (json) => {
			json.connections = [
				{
					exit_area: 'quay',
					exit_gate: 'm10_00_00_00_A',
					entrance_area: 'abbey',
					entrance_gate: 'm11_00_00_00_B',
				},
				{
					exit_area: 'nowhere',
					exit_gate: 'm12_00_00_00_A',
					entrance_area: 'shaft',
					entrance_gate: 'broken',
				},
			]
		},
	})
	expect([...graph.nodesOfMap]).toEqual([
		['m10_00_00_00', ['quay']],
		['m11_00_00_00', ['abbey']],
	])
})
