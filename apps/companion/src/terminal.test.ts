import { describe as group, expect, it } from 'vitest'
import type { Board } from './overlay/board.ts'
import { describe, openTerminal } from './terminal.ts'

const exits = [
	{ text: 'Grand lift', toName: 'Altus', discovered: true },
	{ text: 'East gate', toName: 'Liurnia', discovered: false },
]
const board: Board = {
	link: 'live',
	problem: null,
	igtMs: 754_000,
	ticking: true,
	deaths: 2,
	zone: { nodeId: 'academy', name: 'Academy - Rennala', tier: 9, originalTier: 5, exits: [] },
	progress: { at: 4, of: 13 },
	status: 'running',
	waitingFor: null,
	message: null,
}

group('the line about a run', () => {
	const table: [string, Partial<Board>, string][] = [
		['in play', {}, '● Live  12:34  2 deaths  Academy - Rennala  tier 9, was 5  4/13'],
		['with one death', { deaths: 1 }, '● Live  12:34  1 death  Academy - Rennala  tier 9, was 5  4/13'],
		[
			'in a zone whose tier is its own',
			{ zone: { nodeId: 'x', name: 'X', tier: 9, originalTier: 9, exits: [] } },
			'● Live  12:34  2 deaths  X  tier 9  4/13',
		],
		[
			'while the game is not there',
			{ igtMs: 0, zone: null, progress: null, waitingFor: 'Elden Ring to be started' },
			'● Live  waiting for Elden Ring to be started',
		],
		['before the first zone', { igtMs: 0, zone: null, progress: null }, '● Live'],
		[
			'offline',
			{ link: 'offline', problem: 'The connection was lost', zone: null },
			'○ Offline: The connection was lost  12:34  2 deaths  4/13',
		],
		['after the end', { status: 'finished', zone: null }, '● Live  12:34  2 deaths  4/13  finished'],
	]
	it.each(table)('reads well %s', (_when, differs, line) => {
		expect(describe({ ...board, ...differs })).toBe(line)
	})
})

group('a terminal', () => {
	function open(now: () => number, columns = 80) {
		let text = ''
		const terminal = openTerminal({ isTTY: true, columns, write: (more) => (text += more) }, now)
		return { terminal, text: () => text }
	}

	it('redraws its lines, cut to its width, at most ten times a second', () => {
		let nowMs = 0
		const { terminal, text } = open(() => nowMs, 20)
		terminal.show(board)
		terminal.show(board)
		expect(text()).toBe('\r\x1b[J● Live  12:34  2 de\n  Academy - Rennala')
		nowMs = 100
		terminal.show(board)
		expect(text().split('\r')).toHaveLength(3)
	})

	it('lists the exits below it, without a name where they were not passed, in the same place each time', () => {
		let nowMs = 0
		const { terminal, text } = open(() => nowMs)
		terminal.show({ ...board, zone: { ...board.zone!, exits } })
		expect(text()).toContain(
			'4/13\n  Academy - Rennala  tier 9, was 5\n    → Altus · Grand lift\n    → ??? · East gate',
		)
		nowMs = 100
		terminal.show({ ...board, zone: null })
		expect(text().endsWith('\r\x1b[3A\x1b[J● Live  12:34  2 deaths  4/13')).toBe(true)
	})

	it('keeps sentences above the line', () => {
		const { terminal, text } = open(() => 0)
		terminal.show({ ...board, zone: null })
		terminal.say('An older save was loaded')
		expect(text().endsWith('\r\x1b[JAn older save was loaded\n● Live  12:34  2 deaths  4/13')).toBe(true)
	})

	it('is elsewhere a line for each change of zone or link', () => {
		let text = ''
		const terminal = openTerminal({ write: (more) => (text += more) }, () => 0)
		terminal.show(board)
		terminal.show({ ...board, igtMs: 755_000 })
		terminal.show({ ...board, zone: null })
		expect(text.trim().split('\n')).toHaveLength(2)
		for (let attempt = 0; attempt < 9; attempt++) {
			terminal.show({ ...board, link: 'offline', zone: null })
			terminal.show({ ...board, link: 'connecting', zone: null })
		}
		expect(text.trim().split('\n')).toHaveLength(3)
	})
})
