/** px per character of the map's label font, a little more than its average. */
const charPx = 6.4

/** A name on at most `lines` lines of a width in px, broken between words, with … where it is too long. */
export function wrap(name: string, widthPx: number, lines: number): string[] {
	const most = Math.max(4, Math.floor(widthPx / charPx))
	const words = name.split(/\s+/).filter(Boolean)
	const wrapped: string[] = []
	let line = ''
	for (const [i, word] of words.entries()) {
		const longer = line === '' ? word : `${line} ${word}`
		if (longer.length <= most) {
			line = longer
			continue
		}
		if (line !== '' && wrapped.length + 1 < lines) {
			wrapped.push(line)
			line = word
			if (line.length <= most) continue
		}
		const rest = [line === word ? word : longer, ...words.slice(i + 1)].join(' ')
		return [...wrapped, shorten(rest, most)]
	}
	return line === '' ? wrapped : [...wrapped, line]
}

const shorten = (text: string, most: number) =>
	text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`
