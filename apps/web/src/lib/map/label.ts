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

/** A text on at most `most` lines of a width in em, broken between words, with … where it is too long. */
export function wrap(text: string, widthEm: number, most: number): string[] {
	const words = text.split(/\s+/).filter(Boolean)
	const lines: string[] = []
	let line = ''
	for (const [i, word] of words.entries()) {
		const longer = line === '' ? word : `${line} ${word}`
		if (measure(longer) <= widthEm) {
			line = longer
			continue
		}
		if (line !== '' && lines.length + 1 < most) {
			lines.push(line)
			line = word
			if (measure(line) <= widthEm) continue
		}
		const rest = [line === word ? word : longer, ...words.slice(i + 1)].join(' ')
		return [...lines, shorten(rest, widthEm)]
	}
	return line === '' ? lines : [...lines, line]
}

function shorten(text: string, widthEm: number): string {
	if (measure(text) <= widthEm) return text
	let kept = text
	while (kept.length > 1 && measure(`${kept.trimEnd()}…`) > widthEm) kept = kept.slice(0, -1)
	return `${kept.trimEnd()}…`
}
