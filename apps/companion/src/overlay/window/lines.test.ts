import { describe, expect, it } from 'vitest'
import type { Board } from '../board.ts'
import { linesOf, shorten } from './lines.ts'

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

	it('break a long sentence between words', () => {
		const message = 'The in-game mod already reports this run; the companion is not needed'
		expect(texts({ message }).slice(-2)).toEqual([
			['The in-game mod already reports this run; the', undefined],
			['companion is not needed', undefined],
		])
	})
})

describe('a text that is too long for its line', () => {
	it('ends with a mark, and takes all the room there is', () => {
		const within = (letters: number) => (text: string) => text.length <= letters
		expect(shorten('Academy of Raya Lucaria', within(23))).toBe('Academy of Raya Lucaria')
		expect(shorten('Academy of Raya Lucaria', within(22))).toBe('Academy of Raya Lucar…')
		expect(shorten('Academy of Raya Lucaria', within(9))).toBe('Academy…')
		expect(shorten('Academy', within(0))).toBe('…')
	})
})
