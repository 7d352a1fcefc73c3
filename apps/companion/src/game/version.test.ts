import { expect, it } from 'vitest'
import * as versions from './version.ts'

it('versions are ordered number by number', () => {
	const texts = ['1.2.0', '1.9.1', '1.10.0', '2.2.0', '2.2.3', '2.6.2', '2.7.1.1']
	const sorted = [...texts].reverse().map(versions.parse).sort(versions.compare)
	expect(sorted).toEqual(texts.map(versions.parse))
	expect(versions.compare([2, 7, 1, 0], [2, 7, 1, 0])).toBe(0)
})

it.each([
	['1.2.3.0', '1.02.3'],
	['1.9.1.0', '1.09.1'],
	['2.0.0.0', '1.10'],
	['2.2.3.0', '1.12.3'],
	['2.6.2.0', '1.16.2'],
	['2.7.1.1', '1.17.1'],
])('the program %s is %s on the title screen', (program, title) => {
	expect(versions.titleVersion(versions.parse(program))).toBe(title)
})
