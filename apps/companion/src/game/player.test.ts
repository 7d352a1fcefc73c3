import { expect, it } from 'vitest'
import { formatMapId, toRegion } from './player.ts'

it.each([
	[0x3c2c_2400, 'm60_44_36_00'],
	[0x0a00_0000, 'm10_00_00_00'],
	[0x3d01_0203, 'm61_01_02_03'],
	[0xff00_0000, 'm255_00_00_00'],
	[0xffff_ffff, null],
])('the map %i is %s', (id, name) => {
	expect(formatMapId(id)).toBe(name)
})

it('a region of 0 or of all ones is none', () => {
	expect([0, 0xffff_ffff, 6_100_000].map(toRegion)).toEqual([null, null, 6_100_000])
})
