import { describe, expect, it } from 'vitest'
import { demoPools } from '../pools.ts'
import { allPlaces, placesOf } from './catalogue.ts'
import { canBranch, entrancesOf, exitsBesides } from './place.ts'

describe('the catalogue of places', () => {
	it('gives every zone and every boss flag to one place only', () => {
		const zones = allPlaces.flatMap((place) => place.zones.map((zone) => zone.id))
		const flags = allPlaces.flatMap((place) => place.boss?.defeatFlag ?? [])
		expect(duplicates(zones)).toEqual([])
		expect(duplicates(flags)).toEqual([])
	})

	it('names no place twice', () => {
		expect(duplicates(allPlaces.map((place) => place.zones[0].name))).toEqual([])
	})

	it('writes map ids, zone ids and gate assets as the game does', () => {
		for (const place of allPlaces) {
			for (const zone of place.zones) expect(zone.id).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/)
			for (const gate of place.gates) {
				expect(gate.map).toMatch(/^m\d{2}_\d{2}_\d{2}_\d{2}$/)
				expect(gate.asset).toMatch(/^(AEG099_\d{3}_\d{4}|\d{8,10})$/)
				expect(gate.text.trim()).toBe(gate.text)
				expect(gate.text).not.toBe('')
			}
		}
	})

	it('puts every gate into a zone of its place, and no two places behind one gate but the two sides of it', () => {
		const places = new Map<string, number>()
		for (const place of allPlaces) {
			const zones = place.zones.map((zone) => zone.id)
			const names = place.gates.map((gate) => `${gate.map}_${gate.asset}`)
			expect(duplicates(names)).toEqual([])
			for (const gate of place.gates) expect(zones).toContain(gate.zone)
			for (const name of names) places.set(name, (places.get(name) ?? 0) + 1)
		}
		const shared = [...places].filter(([, count]) => count > 1)
		expect(shared.every(([, count]) => count === 2)).toBe(true)
		expect(shared.length).toBe(allPlaces.filter((place) => place.zones[0].id.endsWith('_boss')).length)
	})

	it('can leave every place, whichever gate one came in by', () => {
		for (const place of allPlaces) {
			if (place.type === 'start' || place.type === 'final_boss') continue
			expect(entrancesOf(place).length).toBeGreaterThan(0)
			for (const entrance of entrancesOf(place)) {
				expect(exitsBesides(place, entrance).length, place.zones[0].id).toBeGreaterThan(0)
			}
		}
	})

	it('has enough places of each type for the longest seed, and enough that branch to open it up', () => {
		const { structure, requirements } = demoPools.training_marathon
		const most = structure.max_parallel_paths
		const layers = structure.max_layers
		expect(placesOf('major_boss').length).toBeGreaterThan(
			most * Math.round(layers * structure.major_boss_ratio),
		)
		expect(placesOf('legacy_dungeon').length).toBeGreaterThan(most * (requirements.legacy_dungeons + 1))
		expect(placesOf('mini_dungeon').length).toBeGreaterThan(most * (requirements.mini_dungeons + 1))
		expect(placesOf('boss_arena').length).toBeGreaterThan(most * layers * 0.5)
		for (const type of ['major_boss', 'legacy_dungeon', 'mini_dungeon', 'boss_arena'] as const) {
			expect(placesOf(type).filter(canBranch).length, type).toBeGreaterThan(2 * most)
		}
	})
})

function duplicates<T>(list: readonly T[]): T[] {
	return [...new Set(list.filter((item, index) => list.indexOf(item) !== index))]
}
