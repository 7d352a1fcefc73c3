import { describe, expect, it } from 'vitest'
import type { Board } from '../board.ts'
import { linesOf } from './lines.ts'

const board: Board = {
	link: 'live',
	problem: null,
	igtMs: 754_000,
	ticking: true,
	deaths: 1,
	zone: {
		nodeId: 'a',
		name: 'Academy - Rennala',
		tier: 9,
		originalTier: 5,
		exits: [
			{ text: 'Grand lift', toName: 'Altus', discovered: true },
			{ text: 'East gate', toName: 'Liurnia', discovered: false },
		],
	},
	progress: { at: 4, of: 13 },
	status: 'running',
	waitingFor: null,
	message: null,
}
const texts = (differs: Partial<Board>) =>
	linesOf({ ...board, ...differs }).map(({ text, right }) => [text, right])

describe('the lines of the window', () => {
	it('tell the same as the page', () => {
		expect(texts({})).toEqual([
			['● Training', ''],
			['12:34', '1 death   4/13'],
			['Academy - Rennala', undefined],
			['tier 9, was 5', undefined],
			['→ Altus · Grand lift', undefined],
			['→ ??? · East gate', undefined],
			['', undefined],
		])
	})

	it('say what is waited for, and how it ended', () => {
		expect(texts({ zone: null, progress: null, waitingFor: 'a character' }).at(-1)).toEqual([
			'Waiting for a character',
			undefined,
		])
		expect(texts({ status: 'finished' })[0]).toEqual(['● Training', 'finished'])
		expect(texts({ link: 'offline' })[0]).toEqual(['● Training', 'offline'])
	})
})
