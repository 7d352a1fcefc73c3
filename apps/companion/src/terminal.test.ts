import { describe as group, expect, it } from 'vitest'
import type { View } from './companion.ts'
import { describe, openTerminal, type Shown } from './terminal.ts'

const live = { state: 'live' } as View['link']
const view: View = {
	link: live,
	scene: 'world',
	igtMs: 754_000,
	deaths: 2,
	zone: { nodeId: 'academy', name: 'Academy - Rennala', tier: 9, originalTier: 5, exits: [] },
	progress: { igtMs: 0, deaths: 0, currentZone: 'academy', layer: 3, history: [] },
	totalLayers: 13,
	status: 'running',
}

group('the line about a run', () => {
	const table: [string, Partial<Shown>, string][] = [
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
			{ link: { state: 'waiting', why: 'The connection was lost', untilMs: 0, occupied: false }, zone: null },
			'○ Offline: The connection was lost  12:34  2 deaths  4/13',
		],
	]
	it.each(table)('reads well %s', (_when, differs, line) => {
		expect(describe({ ...view, ...differs })).toBe(line)
	})
})

group('a terminal', () => {
	it('redraws one line, cut to its width, at most ten times a second', () => {
		let text = ''
		let nowMs = 0
		const output = { isTTY: true, columns: 20, write: (more: string) => (text += more) }
		const terminal = openTerminal(output, () => nowMs)
		terminal.show(view)
		terminal.show(view)
		expect(text).toBe('\r\x1b[2K● Live  12:34  2 de')
		nowMs = 100
		terminal.show(view)
		expect(text.split('\r')).toHaveLength(3)
		expect(text).not.toContain('\n')
	})

	it('keeps sentences above the line', () => {
		let text = ''
		const terminal = openTerminal({ isTTY: true, write: (more) => (text += more) }, () => 0)
		terminal.show({ ...view, zone: null })
		terminal.say('An older save was loaded')
		expect(text.endsWith('\r\x1b[2KAn older save was loaded\n● Live  12:34  2 deaths  4/13')).toBe(true)
	})

	it('is elsewhere a line for each change of zone or link', () => {
		let text = ''
		const terminal = openTerminal({ write: (more) => (text += more) }, () => 0)
		terminal.show(view)
		terminal.show({ ...view, igtMs: 755_000 })
		terminal.show({ ...view, zone: null })
		expect(text.trim().split('\n')).toHaveLength(2)
	})
})
