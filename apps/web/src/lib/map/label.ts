/** Width of a text in the map's font, in px at a size of 1 px: a little more than the widest of the usual fonts. */
export function measure(text: string): number {
	let width = 0
	for (const character of text) width += widths.get(character) ?? (character < '\u02ff' ? 0.62 : 1)
	return width
}

const widths = new Map(
	Object.entries({
		' ': 0.29,
		"iIjl.,:;'’|!": 0.31,
		'frt()-·': 0.41,
		'csvxyzkJ?': 0.55,
		'abdeghnopqu0123456789†L': 0.62,
		ABCEFKPRSTVXYZ: 0.68,
		'DGHNOQU…': 0.79,
		mwMW: 0.95,
	}).flatMap(([characters, width]) => [...characters].map((character) => [character, width] as const)),
)

/** A text on one or two lines of a width in em, about as long as each other, with … where it is too long. */
export function wrap(text: string, widthEm: number): string[] {
	if (measure(text) <= widthEm) return [text]
	let best: string[] | undefined
	for (let at = text.indexOf(' '); at >= 0; at = text.indexOf(' ', at + 1)) {
		const lines = [text.slice(0, at), text.slice(at + 1)]
		if (!best || longest(lines) < longest(best)) best = lines
	}
	if (!best) return [shorten(text, widthEm)]
	if (longest(best) <= widthEm) return best
	const [first = '', rest = ''] = best
	// The first line takes what it can before the second is cut.
	const at = lastBreak(text, widthEm)
	return (at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [first, rest]).map((line) =>
		shorten(line, widthEm),
	)
}

const longest = (lines: readonly string[]) => Math.max(...lines.map(measure))

/** The last space before which the text is no wider than that. */
function lastBreak(text: string, widthEm: number): number {
	let found = 0
	for (let at = text.indexOf(' '); at >= 0; at = text.indexOf(' ', at + 1))
		if (measure(text.slice(0, at)) <= widthEm) found = at
	return found
}

/** As much of a text as has room, with … in place of the rest. */
export function shorten(text: string, widthEm: number): string {
	if (measure(text) <= widthEm) return text
	let kept = text
	while (kept.length > 1 && measure(`${kept.trimEnd()}…`) > widthEm) kept = kept.slice(0, -1)
	return `${kept.trimEnd()}…`
}
