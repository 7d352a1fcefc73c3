import { expect, it } from 'vitest'
import { aim, between, fit, settle, zoom, type Camera } from './camera.ts'

const frame = { width: 1_000, height: 400 }
const wide = { width: 5_000, height: 300 }
const on = { x: 300, y: 100 }

/** The point of the drawing that lies under a point of the frame. */
const under = ({ x, y, k }: Camera, at: { x: number; y: number }) => ({
	x: (at.x - x) / k,
	y: (at.y - y) / k,
})

it('keeps what lies under the fingers where it is while it zooms', () => {
	const camera = { x: -700, y: 20, k: 0.8 }
	for (const factor of [0.5, 1.1, 3]) {
		const zoomed = zoom(camera, factor, on, [0.1, 10])
		expect(zoomed.k).toBeCloseTo(0.8 * factor)
		expect(under(zoomed, on).x).toBeCloseTo(under(camera, on).x)
		expect(under(zoomed, on).y).toBeCloseTo(under(camera, on).y)
	}
})

it('zooms no further than it may, and moves nothing at the limit', () => {
	const camera = { x: -700, y: 20, k: 2 }
	expect(zoom(camera, 4, on, [0.5, 2])).toEqual(camera)
	expect(zoom(camera, 0.01, on, [0.5, 2]).k).toBe(0.5)
})

it('shows all of a drawing in the middle, at its full size at most', () => {
	expect(fit(frame, wide, 1)).toEqual({ x: 0, y: 170, k: 0.2 })
	expect(fit(frame, { width: 100, height: 50 }, 1)).toEqual({ x: 450, y: 175, k: 1 })
})

it('brings a place under a point', () => {
	const found = under(aim({ x: 2_000, y: 150 }, on, 0.7), on)
	expect(found.x).toBeCloseTo(2_000)
	expect(found.y).toBeCloseTo(150)
})

it('never leaves the frame empty on one side while there is drawing on the other', () => {
	expect(settle({ x: 90, y: 0, k: 1 }, frame, wide).x).toBe(0)
	expect(settle({ x: -9_000, y: 0, k: 1 }, frame, wide).x).toBe(-4_000)
	expect(settle({ x: -123, y: -700, k: 1 }, frame, wide)).toEqual({ x: -123, y: 50, k: 1 })
})

it('grows evenly on the way: half of it is the root of the whole factor', () => {
	const [a, b] = [
		{ x: 0, y: 0, k: 0.25 },
		{ x: -100, y: 40, k: 4 },
	]
	expect(between(a, b, 0)).toEqual(a)
	expect(between(a, b, 0.5)).toEqual({ x: -50, y: 20, k: 1 })
	expect(between(a, b, 1)).toEqual(b)
})
