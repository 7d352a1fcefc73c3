import { describe, expect, it } from 'vitest'
import * as knownStatics from './known-statics.ts'
import { LAYOUTS, layoutOf } from './offsets.ts'
import { EDITIONS } from './testing/editions.ts'
import * as versions from './version.ts'

const editions = EDITIONS.map((edition) => [edition.version.join('.'), edition] as const)

describe('the layout', () => {
	it.each(editions)('of %s is as others found it', (_, edition) => {
		const { layout, warning } = layoutOf(edition.version)
		expect(warning).toBeNull()
		expect(layout.worldChr.player).toBe(edition.player)
		expect(layout.player).toMatchObject({ mapId: edition.mapId, position: edition.position })
		expect(layout.menu).toMatchObject({ screen: edition.screen, timer: edition.timer })
	})

	it.each([
		['1.2.0.0', '1.2.0.0'],
		['1.3.0.0', '1.3.0.0'],
		['1.6.9.9', '1.4.0.0'],
		['2.0.1.0', '1.8.0.0'],
		['2.2.0.0', '2.2.0.0'],
		['2.6.2.1', '2.2.0.0'],
		['2.7.0.0', '2.7.0.0'],
		['2.7.1.1', '2.7.0.0'],
	])('of %s is that of %s', (version, from) => {
		expect(layoutOf(versions.parse(version)).layout.from).toEqual(versions.parse(from))
	})

	it('of a newer game is the newest, with a warning', () => {
		const { layout, warning } = layoutOf([2, 8, 0, 0])
		expect(layout).toBe(LAYOUTS.at(-1))
		expect(warning).toBe(
			'Elden Ring 1.18 (2.8.0.0) is newer than this companion: it is read as 1.17.1 (2.7.1.1).',
		)
	})

	it('of an older game is the oldest, with a warning', () => {
		const { layout, warning } = layoutOf([1, 1, 0, 0])
		expect(layout).toBe(LAYOUTS[0])
		expect(warning).toContain('is older than any')
	})

	it('of a game that states no version is the newest, with a warning', () => {
		const { layout, warning } = layoutOf(null)
		expect(layout).toBe(LAYOUTS.at(-1))
		expect(warning).toContain('does not state its version')
	})

	it('is written down from the oldest to the newest', () => {
		const froms = LAYOUTS.map(({ from }) => from)
		expect([...froms].sort(versions.compare)).toEqual(froms)
	})
})

describe('the known places of the statics', () => {
	it.each(editions)('of %s are as others found them', (_, { version, statics }) => {
		expect(knownStatics.find(version)).toMatchObject(statics)
	})

	it('are unknown for other versions', () => {
		expect(knownStatics.find([2, 8, 0, 0])).toBeNull()
	})
})
