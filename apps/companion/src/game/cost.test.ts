import { expect, it } from 'vitest'
import { createMeter } from './cost.ts'
import { createSparseMemory } from './testing/sparse-memory.ts'

it('what a look costs is told once, after twenty usual ones', () => {
	const told: string[] = []
	let nowMs = 0
	const meter = createMeter(
		createSparseMemory(),
		() => nowMs,
		(line) => told.push(line),
	)
	const look = (reads: number, isUsual = true) =>
		meter.look(
			() => {
				for (let read = 0; read < reads; read++) meter.memory.read(0n, 1)
				nowMs += 0.25
				return isUsual
			},
			(usual) => usual,
		)
	look(90)
	for (let count = 0; count < 18; count++) look(12)
	look(1, false)
	expect(told).toEqual([])
	look(12)
	expect(told).toEqual(['A look at the game takes 12 reads and 0.25 ms'])
	for (let count = 0; count < 60; count++) look(12)
	expect(told).toHaveLength(1)
})
