import type { Line } from './layout.ts'
import { meetings } from './route.ts'

/** A line as it lies on the others: `rank` says which is on top, `width` in px. */
export type Laid = { line: Line; key: string; rank: number; width: number }

/** px of ground that shows on both sides of a line that passes over another. */
const clearing = 2.5

/**
 * Where lines cross, the lower one is interrupted, so that the eye follows either: its dashes by key. Only what
 * is drawn counts: a gap must not tell of a line that is hidden.
 */
export function interrupt(laid: readonly Laid[]): Map<string, string> {
	const holes = new Map<string, { from: number; to: number }[]>()
	for (const [i, a] of laid.entries())
		for (const b of laid.slice(i + 1)) {
			if (!sideBySide(a.line, b.line)) continue
			const aLies = a.rank === b.rank ? rise(a.line) < rise(b.line) : a.rank > b.rank
			const [over, under] = aLies ? [a, b] : [b, a]
			for (const { along, sine } of meetings(over.line, under.line)) {
				const half = (over.width / 2 + clearing) / sine
				const list = holes.get(under.key) ?? []
				holes.set(under.key, list)
				list.push({ from: along[1] - half, to: along[1] + half })
			}
		}
	return new Map([...holes].map(([key, list]) => [key, dashes(list)]))
}

function dashes(holes: { from: number; to: number }[]): string {
	const lengths: number[] = []
	let at = 0
	for (const { from, to } of holes.sort((a, b) => a.from - b.from)) {
		if (from > at || lengths.length === 0) lengths.push(Math.max(0, from - at), to - Math.max(from, at))
		else lengths[lengths.length - 1] = (lengths.at(-1) ?? 0) + Math.max(0, to - at)
		at = Math.max(at, to)
	}
	return [...lengths, 9_999].map((length) => Math.round(length * 10) / 10).join(' ')
}

function sideBySide(a: Line, b: Line): boolean {
	const [aStart, aEnd, bStart, bEnd] = [a.corners[0], a.corners.at(-1), b.corners[0], b.corners.at(-1)]
	if (!aStart || !aEnd || !bStart || !bEnd) return false
	return a.from !== b.from && a.to !== b.to && aStart.x < bEnd.x && bStart.x < aEnd.x
}

function rise({ corners }: Line): number {
	return Math.abs((corners.at(-1)?.y ?? 0) - (corners[0]?.y ?? 0))
}
