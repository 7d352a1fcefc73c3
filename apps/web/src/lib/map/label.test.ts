import { expect, it } from 'vitest'
import { measure, wrap } from './label.ts'

it('keeps a short name on one line', () => {
	expect(wrap('Godfrey', 9)).toEqual(['Godfrey'])
})

it('breaks a longer name between words, into lines of about the same length', () => {
	expect(wrap('Astel, Naturalborn of the Void', 13)).toEqual(['Astel, Naturalborn', 'of the Void'])
	expect(wrap('Dragonkin Soldier of Nokstella', 12)).toEqual(['Dragonkin Soldier', 'of Nokstella'])
})

it('shortens what does not fit, never wider than asked', () => {
	for (const name of [
		'Llanfairpwllgwyngyll',
		'Midra, Lord of Frenzied Flame',
		'An Unpronounceablelongname',
	]) {
		const lines = wrap(name, 6)
		expect(lines.at(-1)).toMatch(/…$/)
		for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(6)
	}
})
