import { describe, expect, test } from 'vitest'
import { diamond } from '../graph/testing.ts'
import { inWords, play } from './testing.ts'

const maps = {
	quay: 'm10_00_00_00',
	grotto: 'm31_05_00_00',
	abbey: 'm60_44_36_00',
	shaft: 'm60_11_09_02',
	crown: 'm31_05_00_00',
}
const { graph, flag } = diamond({ maps })
/** Quay and abbey are found, the player is in the abbey. */
const inAbbey = () => play(graph).connect().status(1_000).pass(flag('quay', 'abbey'), 60_000).hush()

describe('a zone query', () => {
	test('[P20] moves the pointer to the one known zone of its map', () => {
		const script = inAbbey().status(90_000).hush().query({ mapId: 'm10_00_00_00' })
		expect(script.run.current?.nodeId).toBe('quay')
		expect(script.run.history).toHaveLength(2)
		expect(inWords(script.tells)).toEqual([
			'spectators leaderboard_update with visits',
			'mod zone_update quay',
		])
		expect(script.facts.at(-1)).toMatchObject({ kind: 'move', nodeId: 'quay', igtMs: 90_000, flagId: null })
		expect(script.steps.at(-1)?.store).toBe('now')
	})

	test('[P13] is a visit without a flag that leads from where the pointer was', () => {
		const { run } = inAbbey().status(90_000).query({ mapId: 'm10_00_00_00' }).status(91_000, 2)
		expect(run.visits.at(-1)).toMatchObject({
			nodeId: 'quay',
			fromNodeId: 'abbey',
			flagId: null,
			igtMs: 90_000,
			deaths: 2,
		})
	})

	test('[P20] that finds the zone the player is in is answered and told, and is no new visit', () => {
		const script = inAbbey().query({ mapId: 'm60_44_36_00' })
		expect(script.run.visits).toHaveLength(2)
		expect(inWords(script.tells)).toEqual(['spectators leaderboard_update', 'mod zone_update abbey'])
	})

	test.each([
		['a map nobody knows', { mapId: 'm99_00_00_00' }],
		['a map of a zone not found yet', { mapId: 'm31_05_00_00' }],
		['nothing to go by', {}],
		['a grace of another kind', { graceEntityId: 1_234 }],
		['a map that decides, against a grace that would', { mapId: 'm99_00_00_00', graceEntityId: 10_000_950 }],
	])('[P20] %s is met with silence', (_, query) => {
		const script = inAbbey().query(query)
		expect(script.tells).toEqual([])
		expect(script.run.current?.nodeId).toBe('abbey')
	})

	test('[P20] with several known zones on the map stays if the player is in one of them', () => {
		const both = diamond({ maps: { ...maps, quay: 'm60_44_36_00' } })
		const script = play(both.graph).connect().pass(both.flag('quay', 'abbey'), 60_000).hush()
		expect(inWords(script.query({ mapId: 'm60_44_36_00' }).tells)).toEqual(['mod zone_update abbey'])
	})

	test('[P20] with several known zones on the map and the player in none is met with silence', () => {
		const both = diamond({ maps: { ...maps, quay: 'm60_44_36_00', shaft: 'm12_00_00_00' } })
		const script = play(both.graph).connect().pass(both.flag('quay', 'abbey'), 60_000)
		script.pass(both.flag('abbey', 'shaft'), 90_000).hush().query({ mapId: 'm60_44_36_00' })
		expect(script.tells).toEqual([])
		expect(script.run.current?.nodeId).toBe('shaft')
	})

	test('[P20] a grace decides where there is no map', () => {
		const script = inAbbey()
		expect(script.query({ graceEntityId: 10_000_950 }).run.current?.nodeId).toBe('quay')
		expect(script.query({ graceEntityId: 1_044_360_950 }).run.current?.nodeId).toBe('abbey')
	})

	test('[P20] a state of an open-world map is the same place, and a large tile covers small ones', () => {
		const script = inAbbey().query({ mapId: 'm10_00_00_00' })
		expect(script.query({ mapId: 'm60_44_36_10' }).run.current?.nodeId).toBe('abbey')
		script.pass(flag('abbey', 'shaft'), 120_000).query({ mapId: 'm10_00_00_00' })
		expect(script.query({ mapId: 'm60_45_39_00' }).run.current?.nodeId).toBe('shaft')
	})

	test('[P20] as the first message it begins the run at the start and adds no more', () => {
		const script = play(graph).connect().hush().query({ mapId: 'm31_05_00_00' })
		expect(script.run.history).toMatchObject([{ nodeId: 'quay', igtMs: 0 }])
		expect(inWords(script.tells)).toEqual(['spectators leaderboard_update with visits'])
	})
})
