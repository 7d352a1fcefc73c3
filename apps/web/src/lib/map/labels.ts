import type { Figures, NodeKind } from './graph.ts'
import { measure, shorten, wrap } from './label.ts'
import { size as drawing } from './fold.ts'
import type { Layout, Place } from './layout.ts'
import type { Point, Route } from './route.ts'

/** What wants a name on the map. `figures`: a second, shorter text under it. */
export type Named = {
	id: string
	name: string
	figures?: Figures | undefined
	/** Half the height of the station's shape, in px. */
	radius: number
	/** The higher goes first where there is no room for all. */
	importance: number
}

export type Box = { left: number; right: number; top: number; bottom: number }

/**
 * Lines of text, centred on the station; `y` is the baseline of the first. The figures end the second line of a name;
 * `apart`: they have a line of their own.
 */
export type Label = { id: string; lines: string[]; apart: boolean; y: number; box: Box }

/** px at the scale of 1: type size, distance of two baselines, air between a station and its label. */
export const letters = { type: 13, leading: 14, air: 5 }
/** A label that touches a line is as bad as one more line of text, and worse than one above its station. */
const cost = { touch: 4, line: 10, above: 3, wrapped: 4, apart: 8, cut: 30 }

/**
 * Names for as many stations as have room, the important first; none touches a station or another name, and they
 * keep off the lines where they can. `scale`: how much larger than at full size the type is, against the drawing.
 */
export function placeLabels(
	named: readonly Named[],
	layout: Layout,
	drawn: readonly Route[],
	scale = 1,
): Map<string, Label> {
	// Only what is as near as a label can reach is looked at.
	const reach = layout.gap * Math.max(1, scale)
	const lines = nearby(drawn, reach, ({ corners }) => [corners[0]?.x ?? 0, corners.at(-1)?.x ?? 0])
	const boxes = named.flatMap(({ id, radius }) => {
		const place = layout.places.get(id)
		return place ? { id, box: around(place, radius + 2) } : []
	})
	const stations = nearby(boxes, reach, ({ box }) => [box.left, box.right])
	const placed = new Map<string, Label>()
	const order = [...named].sort((a, b) => b.importance - a.importance || (a.id < b.id ? -1 : 1))
	for (const each of order) {
		const place = layout.places.get(each.id)
		if (!place) continue
		const others = stations(place.x).filter(({ id }) => id !== each.id)
		const names = others.flatMap(({ id }) => placed.get(id)?.box ?? [])
		const taken = [...others.map(({ box }) => box), ...names]
		const free = candidates(each, place, layout.gap, scale, isOpenAbove(place, others)).filter(
			({ label: { box } }) =>
				box.left > 4 && box.right < layout.width - 4 && taken.every((other) => !overlap(box, other)),
		)
		const best = cheapest(free, lines(place.x))
		if (best) placed.set(each.id, best)
	}
	return placed
}

/** Looks up what comes into a strip of the drawing around an x. */
function nearby<T>(
	all: readonly T[],
	reach: number,
	span: (each: T) => [number, number],
): (x: number) => readonly T[] {
	const strips = new Map<number, T[]>()
	for (const each of all) {
		const [left, right] = span(each)
		for (let strip = Math.floor(left / reach) - 1; strip <= Math.floor(right / reach) + 1; strip++) {
			const list = strips.get(strip)
			if (list) list.push(each)
			else strips.set(strip, [each])
		}
	}
	return (x) => strips.get(Math.floor(x / reach)) ?? []
}

export const overlap = (a: Box, b: Box): boolean =>
	a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

type Candidate = { label: Label; cost: number }

function candidates(
	{ id, name, figures, radius }: Named,
	at: Place,
	gap: number,
	scale: number,
	openAbove: boolean,
): Candidate[] {
	const type = letters.type * scale
	/** Above the first track stand the numbers of the layers. */
	const roof = at.y - at.track * drawing.track - drawing.marginTop + 24
	const leading = letters.leading * scale
	const widest = (gap * Math.max(1, scale * 0.9) - 12) / type
	const found: Candidate[] = []
	const width = figures ? measure(figures.text + figures.deaths) : 0
	const add = (lines: string[], apart: boolean) => {
		const [first = '', second = ''] = lines
		const end = apart ? Math.max(measure(second), width) : measure(second) + endingEm(width)
		const half = (Math.max(measure(first), end) * type) / 2
		const height = (lines.length + Number(apart)) * leading
		const own =
			(lines.length - 1) * (apart ? cost.apart : cost.wrapped) + (lines.at(-1)?.endsWith('…') ? cost.cut : 0)
		for (const above of [false, true]) {
			const top = above ? at.y - radius - letters.air - height : at.y + radius + letters.air
			const box = { left: at.x - half, right: at.x + half, top, bottom: top + height }
			if (above && (top < roof || !openAbove)) continue
			const label = { id, lines, apart, y: top + leading * 0.8, box }
			found.push({ label, cost: own + (above ? cost.above : 0) })
		}
	}
	for (const [i, widthEm] of [widest, widest * 0.72, widest * 0.52].entries()) {
		const lines = wrap(name, widthEm)
		const [first = '', second] = lines
		if (i > 0 && found[0]?.label.lines.length === 2 && lines.at(-1)?.endsWith('…')) continue
		if (second === undefined) add(lines, figures !== undefined)
		else {
			add([first, shorten(second, widest - endingEm(width))], false)
			if (figures) add(lines, true)
		}
	}
	return found
}

/** Else a label above would take the room of the one below the next station. */
const isOpenAbove = (at: Point, stations: readonly { box: Box }[]) =>
	stations.every(
		({ box }) => box.left > at.x || box.right < at.x || box.top >= at.y - 20 || box.bottom < at.y - 100,
	)

/** Of figures that end a line, with the space before them. */
const endingEm = (width: number) => (width === 0 ? 0 : width + 0.6)

function cheapest(free: readonly Candidate[], lines: readonly Route[]): Label | undefined {
	let best: { label: Label; cost: number } | undefined
	for (const { label, cost: own } of free) {
		const total = lines.reduce((sum, line) => sum + across(line, label.box), own)
		if (!best || total < best.cost) best = { label, cost: total }
	}
	return best?.label
}

function across({ corners }: Route, box: Box): number {
	const share = through(corners, box)
	return share === 0 ? 0 : cost.touch + share * cost.line
}

/** How much of a box's width a line passes through, from 0 to 1. */
function through(corners: readonly Point[], box: Box): number {
	let covered = 0
	for (let i = 1; i < corners.length; i++) covered += inside(corners[i - 1]!, corners[i]!, box)
	return Math.min(1, covered / (box.right - box.left))
}

/** The length of the part of a stretch that lies in a box. Asked so often that it must not cost a thing to say none. */
function inside(a: Point, b: Point, { left, right, top, bottom }: Box): number {
	if (Math.max(a.x, b.x) < left || Math.min(a.x, b.x) > right) return 0
	if (Math.max(a.y, b.y) < top || Math.min(a.y, b.y) > bottom) return 0
	const [x, y] = [b.x - a.x, b.y - a.y]
	const acrossX = x === 0 ? [0, 1] : [(left - a.x) / x, (right - a.x) / x]
	const acrossY = y === 0 ? [0, 1] : [(top - a.y) / y, (bottom - a.y) / y]
	const from = Math.max(0, Math.min(...acrossX), Math.min(...acrossY))
	const to = Math.min(1, Math.max(...acrossX), Math.max(...acrossY))
	return to > from ? (to - from) * Math.hypot(x, y) : 0
}

const around = ({ x, y }: Point, radius: number): Box => ({
	left: x - radius,
	right: x + radius,
	top: y - radius,
	bottom: y + radius,
})

/** Whose name is shown first: where the player is, then the ends, then what is large or was visited. */
export function importance(kind: NodeKind, visited: boolean, present: boolean): number {
	return (present ? 100 : 0) + (visited ? 10 : 0) + weights[kind]
}

const weights: Record<NodeKind, number> = {
	start: 30,
	final_boss: 40,
	legacy_dungeon: 8,
	major_boss: 6,
	boss_arena: 4,
	mini_dungeon: 2,
}
