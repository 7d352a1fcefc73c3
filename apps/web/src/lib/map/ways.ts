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

/** A way back that no line tells: dots, and the head of an arrow where it arrives. */
type Arch = { key: string; from: string; to: string; d: string; head: string }

/** px between a station and the way back that leaves or reaches it from above. */
const clear = 15

/** From station to station over those between; one to another row is only begun and ended. */
export function arches(layout: Layout, way: Walk): Arch[] {
	return way.returns.flatMap(({ from, to }) => {
		const [a, b] = [layout.places.get(from), layout.places.get(to)]
		if (!a || !b) return []
		const key = edgeKey(from, to)
		if (a.x === b.x && rowOf(layout, a) === rowOf(layout, b)) {
			// Within a layer it bows aside, clear of the stations between.
			const [x, aside] = [a.x - clear, a.x - clear - 34]
			const d = `M${x} ${a.y}C${aside} ${a.y} ${aside} ${b.y} ${x} ${b.y}`
			return { key, from, to, d, head: `M${x - 5} ${b.y - 4}l6 4-6 4` }
		}
		const [start, end] = [a.y - clear, b.y - clear]
		const high = Math.min(start, end) - 14 - Math.min(40, Math.abs(a.x - b.x) * 0.05)
		// The numbers of the layers stay clear.
		const top = Math.max(rowOf(layout, a) + 24, high)
		const over = `M${a.x} ${start}C${a.x} ${top} ${b.x} ${top} ${b.x} ${end}`
		const d = rowOf(layout, a) === rowOf(layout, b) ? over : `M${a.x} ${start}v-16M${b.x} ${end - 20}v20`
		return { key, from, to, d, head: `M${b.x - 4} ${end - 5}l4 6 4-6` }
	})
}

const rowOf = ({ columns }: Layout, { layer }: { layer: number }) => columns[layer]?.top ?? 0
