/** How a map is laid in rows, like the lines of a text. */
export type Fold = { perRow: number; rows: number; width: number; height: number }

/**
 * px: distances of the drawing. `lead`: how far a line goes on before its row's first station; `least`: the
 * smallest scale that a folded map is meant to be read at.
 */
export const size = {
	track: 68,
	gap: 180,
	marginX: 96,
	marginTop: 52,
	marginBottom: 72,
	lead: 44,
	least: 0.64,
}
/** Of real seeds. A row is never lower, so that its height is known before the graph is. */
const usualTracks = 4

/** As few rows as can be read when they are `width` px wide, all of about the same length. */
export function fold(layers: number, width: number, tracks = usualTracks): Fold {
	const most = Math.max(2, Math.floor((width / size.least - size.marginX) / size.gap))
	const rows = Math.max(1, Math.ceil(layers / most))
	const perRow = Math.max(1, Math.ceil(layers / rows))
	return { perRow, rows, ...extent(perRow, rows, Math.max(tracks, usualTracks), size.gap) }
}

export const unfolded = (layers: number): Fold => ({ perRow: layers, rows: 1, width: 0, height: 0 })

export function extent(perRow: number, rows: number, tracks: number, gap: number) {
	return {
		// A line that goes on in the next row is drawn on to where it would arrive.
		width: size.marginX + (perRow - 1) * gap + (rows > 1 ? gap : size.marginX),
		height: rows * rowHeight(tracks),
	}
}

export const rowHeight = (tracks: number): number =>
	size.marginTop + (tracks - 1) * size.track + size.marginBottom
