import { OverlaySettings } from '@speedfog/core/protocol/accounts'
import { describe, expect, it } from 'vitest'
import type { Line } from './lines.ts'
import { coloursOf, layOut, putGround } from './picture.ts'

const line = (text: string, scale = 1): Line => ({ text, tone: 'ink', scale })

describe('the picture in the window', () => {
	it('grows with the player’s own size, and by its lines', () => {
		const one = layOut([line('a')], 20)
		const larger = layOut([line('a')], 40)
		expect([larger.width, larger.height]).toEqual([one.width * 2, one.height * 2])
		expect(layOut([line('a'), line('b')], 20).height).toBe(one.height + 28)
	})

	it('puts the ground behind the text, not before it', () => {
		const width = 2
		const gold = 2 * width * 4
		// A pixel that text covers wholly, one that it covers half, and two of nothing.
		const pixels = Buffer.concat([
			Buffer.alloc(gold),
			Buffer.from([255, 255, 255, 0, 128, 128, 128, 0]),
			Buffer.alloc(8),
		])
		putGround(pixels, width, [100, 50, 0], 0.5, [255, 0, 0])
		const pixel = (index: number) => [...pixels.subarray(gold + index * 4, gold + index * 4 + 4)]
		expect(pixel(0)).toEqual([255, 255, 255, 255])
		expect(pixel(2)).toEqual([0, 25, 50, 127])
		const [blue, , red, opacity] = pixel(1)
		expect(blue).toBe(128)
		expect(red).toBeGreaterThan(128)
		expect(opacity).toBeGreaterThan(127)
		expect(opacity).toBeLessThan(255)
	})

	it('takes its colours from the pack', () => {
		const settings = OverlaySettings.parse({ text_color: '#102030', background_color: '#0a0b0c' })
		expect(coloursOf(settings)).toMatchObject({ ink: [0x10, 0x20, 0x30], ground: [0x0a, 0x0b, 0x0c] })
	})
})
