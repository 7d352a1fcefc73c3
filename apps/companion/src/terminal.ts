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
			lines = layOut(board).map((line) => line.slice(0, width))
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
export function describe(board: Board): string {
	return [
		...describeLink(board),
		...describePlay(board),
		...describePlace(board),
		...describeWay(board),
	].join('  ')
}

/** The same in lines that stay: the run, where he is, and where it goes on. */
function layOut(board: Board): string[] {
	const run = [...describeLink(board), ...describePlay(board), ...describeWay(board)]
	const place = describePlace(board)
	return [run.join('  '), ...(place.length > 0 ? [`  ${place.join('  ')}`] : []), ...describeExits(board)]
}

function describeLink({ link, problem, waitingFor }: Board): string[] {
	const state = `${LINKS[link]}${problem === null ? '' : `: ${problem}`}`
	return waitingFor ? [state, `waiting for ${waitingFor}`] : [state]
}

function describePlay({ igtMs, deaths }: Board): string[] {
	return igtMs > 0 ? [format(igtMs, { short: true }), `${deaths} ${deaths === 1 ? 'death' : 'deaths'}`] : []
}

function describePlace({ zone }: Board): string[] {
	if (!zone) return []
	const { name, tier, originalTier } = zone
	if (tier === null) return [name]
	return [
		name,
		`tier ${tier}${originalTier !== null && originalTier !== tier ? `, was ${originalTier}` : ''}`,
	]
}

function describeWay({ progress, status }: Board): string[] {
	const way = progress ? [`${progress.at}/${progress.of}`] : []
	return status === 'finished' || status === 'abandoned' ? [...way, status] : way
}

/** `    → ??? · Grand lift` */
function describeExits({ zone }: Board): string[] {
	const exits = zone?.exits ?? []
	return exits.map(({ text, toName, discovered }) => `    → ${discovered ? toName : '???'} · ${text}`)
}

const LINKS: Record<Board['link'], string> = {
	connecting: '○ Connecting',
	live: '● Live',
	offline: '○ Offline',
	occupied: '○ Waiting: another client reports this run',
	ended: '○ Stopped',
}
