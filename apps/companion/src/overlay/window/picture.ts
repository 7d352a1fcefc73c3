import type { OverlaySettings } from '@speedfog/core/protocol/accounts'
import type { Line, Tone } from './lines.ts'

/** Each size in pixels, of a window that shows `lines`. */
export type Layout = {
	width: number
	height: number
	rows: readonly { line: Line; x: number; y: number; right: number; size: number }[]
}

const WIDTH = 24
const PADDING = 0.8
const LEADING = 1.4

/** `size`: of the player's own text, in pixels. */
export function layOut(lines: readonly Line[], size: number): Layout {
	const padding = Math.round(PADDING * size)
	const width = Math.round(WIDTH * size)
	let y = padding
	const rows = lines.map((line) => {
		const row = {
			line,
			x: padding,
			y: Math.round(y),
			right: width - padding,
			size: Math.round(line.scale * size),
		}
		y += line.scale * size * LEADING
		return row
	})
	return { width, height: Math.round(y + padding / 2), rows }
}

/** Red, green, blue. */
export type Colour = readonly [number, number, number]

export function coloursOf(settings: OverlaySettings): Record<Tone, Colour> & { ground: Colour } {
	return {
		ink: toColour(settings.text_color),
		faint: mix(toColour(settings.text_disabled_color), toColour(settings.text_color)),
		gold: [0xd9, 0xb4, 0x5f],
		bright: [0xf3, 0xd6, 0x8a],
		live: [0x74, 0xc9, 0xa5],
		danger: [0xf0, 0x93, 0x8a],
		ground: toColour(settings.background_color),
	}
}

const GOLD_LINE_PX = 2

/**
 * Puts the ground behind text that was drawn on black: what Windows wants of a window one can look through is blue,
 * green, red, each times opacity, and the opacity. How bright the text is tells how much of a pixel it covers.
 */
export function putGround(pixels: Buffer, width: number, ground: Colour, opacity: number, gold: Colour) {
	const [red, green, blue] = ground
	for (let at = 0; at < pixels.length; at += 4) {
		const pixel = at / 4
		if (pixel < width * GOLD_LINE_PX) {
			const share = Math.max(0, 1 - (pixel % width) / (width * 0.85))
			paint(pixels, at, gold, share)
			continue
		}
		const cover = Math.max(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!)
		const behind = opacity * (1 - cover / 255)
		pixels[at] = Math.min(255, pixels[at]! + blue * behind)
		pixels[at + 1] = Math.min(255, pixels[at + 1]! + green * behind)
		pixels[at + 2] = Math.min(255, pixels[at + 2]! + red * behind)
		pixels[at + 3] = Math.min(255, cover + 255 * behind)
	}
}

function paint(pixels: Buffer, at: number, [red, green, blue]: Colour, share: number) {
	pixels[at] = blue * share
	pixels[at + 1] = green * share
	pixels[at + 2] = red * share
	pixels[at + 3] = 255 * share
}

function toColour(hex: string): Colour {
	const number = Number.parseInt(hex.slice(1), 16)
	return [number >> 16, (number >> 8) & 0xff, number & 0xff]
}

function mix(a: Colour, b: Colour): Colour {
	return [0, 1, 2].map((part) => Math.round(a[part]! * 0.55 + b[part]! * 0.45)) as unknown as Colour
}
