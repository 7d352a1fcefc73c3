/** Where the drawing lies in its frame: a point of it is at `x + k * its x` px from the frame's left. */
export type Camera = { x: number; y: number; k: number }

export type Size = { width: number; height: number }

/** All of the drawing in view, at full size at most. */
export function fit(frame: Size, drawing: Size, most: number): Camera {
	const k = Math.min(most, frame.width / drawing.width, frame.height / drawing.height)
	return settle({ x: 0, y: 0, k }, frame, drawing)
}

/** A point of the drawing under a point of the frame. */
export function aim(at: { x: number; y: number }, on: { x: number; y: number }, k: number): Camera {
	return { x: on.x - at.x * k, y: on.y - at.y * k, k }
}

/** Larger or smaller by a factor, with what lies under a point of the frame staying there. */
export function zoom(
	camera: Camera,
	factor: number,
	on: { x: number; y: number },
	range: [number, number],
): Camera {
	const k = Math.min(range[1], Math.max(range[0], camera.k * factor))
	const grown = k / camera.k
	return { x: on.x - (on.x - camera.x) * grown, y: on.y - (on.y - camera.y) * grown, k }
}

/** Back to where the drawing fills the frame; one that is smaller lies in the middle. */
export function settle({ x, y, k }: Camera, frame: Size, drawing: Size): Camera {
	return { x: within(x, frame.width, drawing.width * k), y: within(y, frame.height, drawing.height * k), k }
}

function within(at: number, frame: number, drawing: number): number {
	return drawing <= frame ? (frame - drawing) / 2 : Math.min(0, Math.max(frame - drawing, at))
}

/** Part of the way from one to another, `share` from 0 to 1; sizes grow by factors, so that it looks even. */
export function between(a: Camera, b: Camera, share: number): Camera {
	const mix = (from: number, to: number) => from + (to - from) * share
	return { x: mix(a.x, b.x), y: mix(a.y, b.y), k: a.k * (b.k / a.k) ** share }
}
