import { describe, expect, it } from 'vitest'
import { signature, SIGNATURES, STATIC_NAMES, toText } from './signatures.ts'

describe('a signature', () => {
	it('is read from hexadecimal bytes and question marks', () => {
		const text = '48 8B 05 ?? ?? ?? ?? C3'
		const read = signature(text)
		expect(read).toEqual({
			bytes: [0x48, 0x8b, 0x05, null, null, null, null, 0xc3],
			distanceAt: 3,
			nextInstructionAt: 7,
		})
		expect(toText(read)).toBe(text)
	})

	it('is refused where a byte is none, or the distance does not fit', () => {
		expect(() => signature('48 8B zz ?? ?? ?? ??')).toThrow('No signature')
		expect(() => signature('48 8B 05 ?? ?? ??')).toThrow('No signature')
	})
})

describe.each(STATIC_NAMES)('the signatures of %s', (name) => {
	it('stand for instructions that name something by its distance', () => {
		for (const { bytes, distanceAt } of SIGNATURES[name]) {
			// No base register, 32 bits of distance: mod 00, r/m 101.
			expect(bytes[distanceAt - 1]! & 0b1100_0111).toBe(0b0000_0101)
			expect(bytes.slice(distanceAt, distanceAt + 4)).toEqual([null, null, null, null])
		}
	})

	it('differ from each other', () => {
		expect(new Set(SIGNATURES[name].map(toText)).size).toBe(SIGNATURES[name].length)
	})
})
