import type { Layout, Line } from './layout.ts'
import { edgeKey, type Walk } from './walk.ts'

/** A stretch of the way, as it is drawn. */
export type Stroke = { key: string; line: Line; branch: number }

/** Of detours; the way that led here has its own. */
const detourColours = 4

export const colourOf = (branch: number): number => (branch === 0 ? 0 : 1 + ((branch - 1) % detourColours))

/** The page's name of that colour. */
export const tokenOf = (branch: number): string =>
	branch === 0 ? '--gold-line' : `--way-${colourOf(branch)}`

/** Detours first, so that the way that led here lies on top. */
export function strokes(layout: Layout, way: Walk): Stroke[] {
	const lineOf = new Map(layout.lines.map((line) => [edgeKey(line.from, line.to), line]))
	return way.legs
		.flatMap(({ from, to, branch }) => {
			const key = edgeKey(from, to)
			const line = lineOf.get(key)
			return line ? { key, line, branch } : []
		})
		.sort((a, b) => Number(a.branch === 0) - Number(b.branch === 0))
}

/** The ways back that no line tells: an arch over the stations between. */
export function arches(layout: Layout, way: Walk): { key: string; from: string; to: string; d: string }[] {
	return way.returns.flatMap(({ from, to }) => {
		const [a, b] = [layout.places.get(from), layout.places.get(to)]
		if (!a || !b) return []
		const top = Math.min(a.y, b.y) - 34 - Math.min(40, Math.abs(a.x - b.x) * 0.04)
		const lean = (b.x - a.x) * 0.15 || 40
		const d = `M${a.x} ${a.y}C${a.x + lean} ${top} ${b.x - lean} ${top} ${b.x} ${b.y}`
		return { key: edgeKey(from, to), from, to, d }
	})
}
