import { expect, it } from 'vitest'
import { toScreen } from './screen.ts'

it.each([
	[0, 0, 'in_game'],
	[1, 0, 'loading'],
	[0, 1, 'title'],
	[1, 1, 'title'],
	[2, 0, null],
	[0, 0x7f, null],
])('the bytes %i and %i mean %s', (loading, title, screen) => {
	expect(toScreen(loading, title)).toBe(screen)
})
