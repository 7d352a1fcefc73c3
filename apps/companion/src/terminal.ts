import { format } from '@speedfog/core/time/igt'
import type { Board } from './overlay/board.ts'

/** Where a board is shown: a few lines that change in a terminal, a line for each change elsewhere. */
export type Terminal = {
	show(board: Board): void
	/** One sentence that stays. */
	say(sentence: string): void
	close(): void
}

/** The few things of a stream that are needed. */
export type Output = { isTTY?: boolean; columns?: number; write(text: string): unknown }

const REDRAW_EVERY_MS = 100
const CLEAR_BELOW = '\x1b[J'

export function openTerminal(output: Output, now: () => number): Terminal {
	return output.isTTY ? openLive(output, now) : openPlain(output)
}

function openLive(output: Output, now: () => number): Terminal {
	let lines: string[] = []
	let drawn = 0
	let drawnAtMs = -Infinity
	const back = () => `\r${drawn > 1 ? `\x1b[${drawn - 1}A` : ''}${CLEAR_BELOW}`
	function draw(before = '') {
		output.write(`${back()}${before}${lines.join('\n')}`)
		drawn = lines.length
	}
	return {
		show(board) {
			const width = (output.columns ?? 80) - 1
			lines = [describe(board), ...describeExits(board)].map((line) => line.slice(0, width))
			if (now() - drawnAtMs < REDRAW_EVERY_MS) return
			drawnAtMs = now()
			draw()
		},
		say: (sentence) => draw(`${sentence}\n`),
		close() {
			draw()
			output.write('\n')
		},
	}
}

function openPlain(output: Output): Terminal {
	let shown = ''
	let link: Board['link'] | null = null
	return {
		show(board) {
			// A link that is tried again and again is one story.
			if (board.link === 'connecting' && link === 'offline') return
			link = board.link
			const subject = [link, board.problem, board.zone?.nodeId, board.status, board.waitingFor].join()
			if (subject === shown) return
			shown = subject
			output.write(`${describe(board)}\n`)
		},
		say(sentence) {
			output.write(`${sentence}\n`)
		},
		close() {},
	}
}

/** `● Live  12:34  2 deaths  Academy - Rennala  tier 9, was 5  4/13` */
export function describe({
	link,
	problem,
	igtMs,
	deaths,
	zone,
	progress,
	status,
	waitingFor,
}: Board): string {
	const parts = [`${LINKS[link]}${problem === null ? '' : `: ${problem}`}`]
	if (waitingFor) parts.push(`waiting for ${waitingFor}`)
	if (igtMs > 0) parts.push(format(igtMs, { short: true }), `${deaths} ${deaths === 1 ? 'death' : 'deaths'}`)
	if (zone) parts.push(zone.name)
	if (zone && zone.tier !== null) {
		const was =
			zone.originalTier !== null && zone.originalTier !== zone.tier ? `, was ${zone.originalTier}` : ''
		parts.push(`tier ${zone.tier}${was}`)
	}
	if (progress) parts.push(`${progress.at}/${progress.of}`)
	if (status === 'finished' || status === 'abandoned') parts.push(status)
	return parts.join('  ')
}

/** `  → ??? · Grand lift` */
function describeExits({ zone }: Board): string[] {
	const exits = zone?.exits ?? []
	return exits.map(({ text, toName, discovered }) => `  → ${discovered ? toName : '???'} · ${text}`)
}

const LINKS: Record<Board['link'], string> = {
	connecting: '○ Connecting',
	live: '● Live',
	offline: '○ Offline',
	occupied: '○ Waiting: another client reports this run',
	ended: '○ Ended',
}
