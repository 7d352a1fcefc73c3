import { expect, it } from 'vitest'
import { count, fileSize, poolTitle } from './words.ts'

it('names a pool without its prefix, in title case', () => {
	expect(poolTitle('training_boss_shuffle')).toBe('Boss Shuffle')
	expect(poolTitle('training_sprint')).toBe('Sprint')
	expect(poolTitle('weekly__cup')).toBe('Weekly Cup')
})

it('counts one and many', () => {
	expect(count(1, 'death')).toBe('1 death')
	expect(count(0, 'death')).toBe('0 deaths')
})

it('tells the size of a file in the unit that fits', () => {
	expect(fileSize(512)).toBe('512 B')
	expect(fileSize(1_500_000)).toBe('1.5 MB')
	expect(fileSize(93_400_000)).toBe('93 MB')
	expect(fileSize(2_100_000_000)).toBe('2.1 GB')
})
