import { expect, it } from 'vitest'
import { wrap } from './label.ts'

const width = 96 // room for 15 characters

it('keeps a short name on one line', () => {
	expect(wrap('Godfrey', width, 2)).toEqual(['Godfrey'])
})

it('breaks a longer name between words', () => {
	expect(wrap('Dragonkin Soldier of Nokstella', width, 2)).toEqual(['Dragonkin', 'Soldier of Nok…'])
	expect(wrap('Loretta, Knight of the Haligtree', 140, 2)).toEqual(['Loretta, Knight of', 'the Haligtree'])
})

it('shortens a single word that is too long', () => {
	expect(wrap('Llanfairpwllgwyngyll', width, 2)).toEqual(['Llanfairpwllgw…'])
})

it('shortens at once where there is one line only', () => {
	expect(wrap('Midra, Lord of Frenzied Flame', width, 1)).toEqual(['Midra, Lord of…'])
})
