import { expect, it } from 'vitest'
import { measure, wrap } from './label.ts'

it('keeps a short name on one line', () => {
	expect(wrap('Godfrey', 9, 2)).toEqual(['Godfrey'])
})

it('breaks a longer name between words, never wider than asked', () => {
	const lines = wrap('Dragonkin Soldier of Nokstella', 12, 2)
	expect(lines).toEqual(['Dragonkin Soldier of', 'Nokstella'])
	for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(12)
})

it('shortens what does not fit', () => {
	expect(wrap('Llanfairpwllgwyngyll', 8, 2)).toEqual(['Llanfairpwllg…'])
	expect(wrap('Midra, Lord of Frenzied Flame', 8, 1)).toEqual(['Midra, Lord of…'])
})
