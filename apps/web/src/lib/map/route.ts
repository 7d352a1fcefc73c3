export type Point = { x: number; y: number }

export type Route = {
	/** The path, for a `d` attribute. */
	d: string
	/** Its corners before they are rounded. */
	corners: readonly Point[]
	/** How much shorter the path is than the corners, at each of them. */
	saved: readonly number[]
}

/** px: radius of a bend, and the least level run at both ends of a line. */
const size = { bend: 14, stub: 16 }

/** Level, 45°, level; a rise that has no room for that goes straight up in its middle. */
export function route(stops: readonly Point[]): Route {
	const corners: Point[] = []
	for (const [i, b] of stops.entries()) {
		const a = stops[i - 1]
		if (a && a.y !== b.y) corners.push(...slope(a, b))
		if (i === 0 || i === stops.length - 1 || a?.y !== b.y) corners.push(b)
	}
	return round(straightened(corners))
}

/** The widest rise that a line over `width` px takes at 45° all the way. */
const steepest = (width: number): number => width - 2 * size.stub

function slope(a: Point, b: Point): Point[] {
	const rise = b.y - a.y
	const middle = (a.x + b.x) / 2
	const run = Math.min(Math.abs(rise), steepest(b.x - a.x)) / 2
	const [x1, x2] = [middle - run, middle + run]
	if (2 * run === Math.abs(rise))
		return [
			{ x: x1, y: a.y },
			{ x: x2, y: b.y },
		]
	const down = Math.sign(rise) * run
	return [
		{ x: x1, y: a.y },
		{ x: middle, y: a.y + down },
		{ x: middle, y: b.y - down },
		{ x: x2, y: b.y },
	]
}

/** Without the points where nothing turns. */
function straightened(points: readonly Point[]): Point[] {
	return points.filter((at, i) => {
		const [before, after] = [points[i - 1], points[i + 1]]
		return !before || !after || turn(before, at, after) !== 0
	})
}

const turn = (a: Point, b: Point, c: Point) => (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x)

/** Every turn is one of 45°: its arc begins and ends `tan 22.5°` radii from the corner. */
function round(corners: readonly Point[]): Route {
	const saved = corners.map(() => 0)
	let d = ''
	for (const [i, at] of corners.entries()) {
		const [before, after] = [corners[i - 1], corners[i + 1]]
		if (!before || !after) {
			d += `${before ? 'L' : 'M'}${px(at.x)} ${px(at.y)}`
			continue
		}
		const room = Math.min(distance(before, at), distance(at, after)) / 2
		const reach = Math.min(size.bend * tan, room)
		const radius = reach / tan
		const [start, end] = [toward(at, before, reach), toward(at, after, reach)]
		const sweep = turn(before, at, after) > 0 ? 1 : 0
		d += `L${px(start.x)} ${px(start.y)}A${px(radius)} ${px(radius)} 0 0 ${sweep} ${px(end.x)} ${px(end.y)}`
		saved[i] = 2 * reach - (radius * Math.PI) / 4
	}
	return { d, corners, saved }
}

const tan = Math.tan(Math.PI / 8)

const distance = (a: Point, b: Point) => Math.hypot(b.x - a.x, b.y - a.y)

function toward(from: Point, to: Point, length: number): Point {
	const share = length / distance(from, to)
	return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

/** Where two routes cross: the place, how far along each it is, and the angle between them. */
export type Meeting = { at: Point; along: [number, number]; sine: number }

export function meetings(first: Route, second: Route): Meeting[] {
	const found: Meeting[] = []
	let alongFirst = 0
	for (const [i, a] of first.corners.entries()) {
		const b = first.corners[i + 1]
		if (!b) break
		let alongSecond = 0
		for (const [j, c] of second.corners.entries()) {
			const d = second.corners[j + 1]
			if (!d) break
			const crossing = intersect(a, b, c, d)
			if (crossing) {
				const along: [number, number] = [
					alongFirst + distance(a, crossing.at),
					alongSecond + distance(c, crossing.at),
				]
				found.push({ ...crossing, along })
			}
			alongSecond += distance(c, d) - (second.saved[j + 1] ?? 0)
		}
		alongFirst += distance(a, b) - (first.saved[i + 1] ?? 0)
	}
	return found
}

/** Inside both stretches; those that only touch, or lie on each other, do not cross. */
function intersect(a: Point, b: Point, c: Point, d: Point): { at: Point; sine: number } | null {
	const cross = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x)
	if (cross === 0) return null
	const s = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / cross
	const t = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / cross
	if (s < 0 || s >= 1 || t < 0 || t >= 1) return null
	const sine = Math.abs(cross) / (distance(a, b) * distance(c, d))
	return { at: { x: a.x + (b.x - a.x) * s, y: a.y + (b.y - a.y) * s }, sine }
}

const px = (n: number) => Math.round(n * 100) / 100
