import { format } from '@speedfog/core/time/igt'
import type { Board } from '../board.ts'

export type Tone = 'ink' | 'faint' | 'gold' | 'bright' | 'live' | 'danger'

/** A line of text in the window; `scale` is its size against the player's own. */
export type Line = { text: string; right?: string; tone: Tone; scale: number; isBold?: boolean }

/** The board as lines: the same as on the page, where a window has text only. */
export function linesOf(board: Board): Line[] {
	const { link, problem, igtMs, deaths, zone, progress, status, waitingFor, message } = board
	const hasEnded = status === 'finished' || status === 'abandoned'
	const lines: Line[] = [
		{ text: '● Training', right: hasEnded ? status : LINKS[link].text, tone: LINKS[link].tone, scale: 0.8 },
		{
			text: format(igtMs, { short: true }),
			right: [
				`${deaths} ${deaths === 1 ? 'death' : 'deaths'}`,
				progress ? `${progress.at}/${progress.of}` : '',
			]
				.join('   ')
				.trim(),
			tone: hasEnded ? 'bright' : 'ink',
			scale: 1.7,
			isBold: true,
		},
		{ text: zone?.name ?? '', tone: 'ink', scale: 1.15 },
		{ text: zone ? tierOf(zone) : '', tone: 'faint', scale: 0.85 },
	]
	for (const { text, toName, discovered } of zone?.exits ?? []) {
		lines.push({
			text: `→ ${discovered ? toName : '???'} · ${text}`,
			tone: discovered ? 'ink' : 'faint',
			scale: 0.9,
		})
	}
	const sentence = message ?? problem ?? (waitingFor === null ? '' : `Waiting for ${waitingFor}`)
	const tone = link === 'offline' || link === 'ended' ? 'danger' : 'bright'
	for (const text of wrap(sentence)) lines.push({ text, tone, scale: 0.85 })
	return lines
}

/** Letters of a sentence that surely fit into a line. */
const SENTENCE_LETTERS = 48

/** One empty line for no sentence: the window does not grow with a short one. */
function wrap(sentence: string): string[] {
	const lines = ['']
	for (const word of sentence.split(' ')) {
		const longer = `${lines.at(-1)} ${word}`.trim()
		if (longer.length <= SENTENCE_LETTERS) lines[lines.length - 1] = longer
		else lines.push(word)
	}
	return lines
}

/** As much of a text as fits, with a mark where it was cut off. */
export function shorten(text: string, fits: (text: string) => boolean): string {
	if (fits(text)) return text
	const letters = Array.from(text)
	let [most, tooMany] = [0, letters.length]
	const cut = (length: number) => `${letters.slice(0, length).join('').trimEnd()}…`
	while (most + 1 < tooMany) {
		const middle = (most + tooMany) >> 1
		if (fits(cut(middle))) most = middle
		else tooMany = middle
	}
	return cut(most)
}

function tierOf({ tier, originalTier }: NonNullable<Board['zone']>): string {
	if (tier === null) return ''
	return `tier ${tier}${originalTier !== null && originalTier !== tier ? `, was ${originalTier}` : ''}`
}

const LINKS: Record<Board['link'], { text: string; tone: Tone }> = {
	connecting: { text: 'connecting', tone: 'gold' },
	live: { text: '', tone: 'live' },
	offline: { text: 'offline', tone: 'danger' },
	occupied: { text: 'the mod reports', tone: 'faint' },
	ended: { text: 'stopped', tone: 'faint' },
}
