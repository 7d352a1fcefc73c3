import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import type { SocketPair } from '#live/testing/socket-pair.ts'
import { liveWorld, typesOf } from './testing/live.ts'
import type { LiveWorld, TestMod } from './testing/live.ts'

let database: TestDatabase
let world: LiveWorld
const graph = diamond()
const gate = {
	toAbbey: graph.flag('quay', 'abbey'),
	toGrotto: graph.flag('quay', 'grotto'),
	toShaft: graph.flag('abbey', 'shaft'),
	fromGrotto: graph.flag('grotto', 'shaft'),
	toCrown: graph.flag('shaft', 'crown'),
}

let sessionId: string
let mod: TestMod
let watcher: SocketPair

beforeAll(async () => {
	database = await freshDatabase()
	world = await liveWorld({ database, graph })
})
afterAll(async () => {
	await world.close()
	await database.drop()
})
beforeEach(async () => {
	sessionId = await world.session()
	await world.clock.pass(3_600_000, 3_600_000)
	watcher = await world.spectator(sessionId)
	mod = await world.mod(sessionId)
	await settle()
	mod.take()
	watcher.got.length = 0
})

/** Lets all that is under way arrive, and what is written behind be written. */
async function settle(): Promise<void> {
	for (let round = 0; round < 2; round++) {
		mod.flush()
		await world.live.journal.flush()
		await world.clock.pass(20, 10)
		watcher.flush()
	}
	mod.flush()
}

function shown(frame: Record<string, unknown> | undefined): Record<string, unknown> {
	return (frame?.['participants'] as Record<string, unknown>[])[0]!
}

const zones = (frame: Record<string, unknown> | undefined) =>
	(shown(frame)['zone_history'] as { node_id: string }[]).map(({ node_id }) => node_id)

describe('the run over sockets', () => {
	it('[P10] begins at the start node at IGT 0 with the first gameplay message, whatever that is', async () => {
		mod.send({ type: 'zone_query' })
		await settle()
		expect(await world.rows.stored(sessionId)).toMatchObject({
			visits: [{ node: 'quay', from: null, flag: null, igtMs: 0, deaths: 0 }],
			events: [{ kind: 'start', node: 'quay', igtMs: 0 }],
		})
		expect(zones(watcher.got.at(-1))).toEqual(['quay'])
	})

	it('[P11] charges deaths to the zone they happened in; the sum equals the rises', async () => {
		mod.status(1_000, 1)
		await settle()
		await mod.cross(gate.toAbbey, 60_000)
		mod.status(61_000, 3)
		mod.status(62_000, 2)
		mod.status(63_000, 4)
		await settle()
		const stored = await world.rows.stored(sessionId)
		expect(stored.visits.map(({ node, deaths }) => [node, deaths])).toEqual([
			['quay', 1],
			['abbey', 3],
		])
		expect(stored.deaths).toBe(4)
		expect(stored.events.map(({ kind }) => kind)).toContain('deaths_fell')
	})

	it('[P12] tells spectators and mod of a new zone with leaderboard_update, then the mod with zone_update', async () => {
		mod.status(1_000)
		await settle()
		mod.take()
		await mod.cross(gate.toAbbey, 60_000)
		const told = mod.take()
		expect(typesOf(told)).toEqual(['leaderboard_update', 'zone_update'])
		expect(told[0]).toMatchObject({
			participants: [{ current_zone: 'abbey', igt_ms: 60_000 }],
			leader_splits: null,
		})
		expect(told[1]).toEqual({
			type: 'zone_update',
			node_id: 'abbey',
			display_name: 'Abbey',
			tier: 4,
			original_tier: 3,
			exits: [{ text: 'gate to the shaft', to_name: 'Shaft', discovered: false }],
		})
		watcher.flush()
		expect(shown(watcher.got.at(-1))).toMatchObject({
			current_zone: 'abbey',
			current_layer: 1,
			zone_history: [
				{ node_id: 'quay', igt_ms: 0 },
				{ node_id: 'abbey', igt_ms: 60_000 },
			],
			visits: [
				{ node_id: 'quay', from_node_id: null, flag_id: null, igt_ms: 0, deaths: 0 },
				{ node_id: 'abbey', from_node_id: 'quay', flag_id: gate.toAbbey, igt_ms: 60_000, deaths: 0 },
			],
		})
	})

	it('[P12] records a late flag in IGT order and leaves the pointer', async () => {
		await mod.cross(gate.toAbbey, 60_000)
		await mod.cross(gate.toShaft, 120_000)
		mod.take()
		const answer = await mod.cross(gate.toGrotto, 30_000)
		expect(answer).toMatchObject({ node_id: 'shaft' })
		watcher.flush()
		expect(zones(watcher.got.at(-1))).toEqual(['quay', 'grotto', 'abbey', 'shaft'])
		const again = await reconnect()
		expect(again.got[2]).toMatchObject({ node_id: 'shaft' })
	})

	it('[P13] records another flag of a known node as a new visit', async () => {
		await mod.cross(gate.toAbbey, 60_000)
		await mod.cross(gate.toShaft, 120_000)
		await mod.cross(gate.toGrotto, 150_000)
		mod.take()
		await mod.cross(gate.fromGrotto, 200_000)
		expect(typesOf(mod.take())).toEqual(['zone_update'])
		watcher.flush()
		expect(zones(watcher.got.at(-1))).toEqual(['quay', 'abbey', 'shaft', 'grotto'])
		const { visits } = await world.rows.stored(sessionId)
		expect(visits.map(({ node, from }) => [node, from]).slice(-2)).toEqual([
			['grotto', 'shaft'],
			['shaft', 'grotto'],
		])
	})

	it('[P14] answers a re-sent flag with the current zone and stores nothing twice', async () => {
		await mod.cross(gate.toAbbey, 60_000)
		await mod.cross(gate.toShaft, 120_000)
		const before = await world.rows.stored(sessionId)
		const answer = await mod.cross(gate.toAbbey, 60_000)
		expect(answer).toMatchObject({ node_id: 'shaft' })
		await settle()
		expect(await world.rows.stored(sessionId)).toEqual(before)
	})

	it('[P15] takes the last known IGT when a flag’s clock could not be read', async () => {
		mod.status(90_000)
		await settle()
		await mod.cross(gate.toAbbey, 0)
		const { visits } = await world.rows.stored(sessionId)
		expect(visits[1]).toMatchObject({ node: 'abbey', igtMs: 90_000 })
	})

	it('[P16] ends with the finish flag: leaderboard_update, then race_status_change, sockets stay', async () => {
		await mod.cross(gate.toAbbey, 60_000)
		mod.status(200_000, 1)
		await settle()
		mod.take()
		watcher.got.length = 0
		mod.flag(graph.finishFlag, 190_000)
		await mod.wait('race_status_change')
		expect(typesOf(mod.take())).toEqual(['leaderboard_update', 'race_status_change'])
		watcher.flush()
		expect(typesOf(watcher.got)).toEqual(['leaderboard_update', 'race_status_change'])
		expect(shown(watcher.got[0])).toMatchObject({
			status: 'finished',
			igt_ms: 190_000,
			death_count: 1,
			current_layer: 4,
			current_zone: 'abbey',
		})
		expect(watcher.got[1]).toMatchObject({ status: 'finished' })
		expect([mod.closed, watcher.closed]).toEqual([undefined, undefined])
		expect(await world.rows.stored(sessionId)).toMatchObject({
			status: 'finished',
			igtMs: 190_000,
			currentLayer: 4,
		})
	})

	it('[P16] ends also with the message finished', async () => {
		await mod.cross(gate.toAbbey, 60_000)
		mod.send({ type: 'finished', igt_ms: 80_000 })
		expect(await mod.wait('race_status_change')).toMatchObject([{ status: 'finished' }])
	})

	it('[P17] records a gate that the finish overtook, for spectators only; all else is refused', async () => {
		await mod.cross(gate.toAbbey, 60_000)
		mod.flag(graph.finishFlag, 200_000)
		await mod.wait('race_status_change')
		mod.take()
		mod.flag(gate.toShaft, 150_000)
		await settle()
		expect(mod.take()).toEqual([])
		expect(zones(watcher.got.at(-1))).toEqual(['quay', 'abbey', 'shaft'])
		expect(shown(watcher.got.at(-1))).toMatchObject({ igt_ms: 200_000, current_zone: 'abbey' })
		expect((await world.rows.stored(sessionId)).visits).toHaveLength(3)
		mod.status(300_000, 5)
		mod.flag(gate.toCrown, 210_000)
		await settle()
		expect(mod.take()).toEqual([
			{ type: 'error', message: 'Training session not active' },
			{ type: 'error', message: 'Training session not active' },
		])
		expect(await world.rows.stored(sessionId)).toMatchObject({ igtMs: 200_000, deaths: 0 })
	})

	it('[P18] holds the first gate of a connection until 250 ms pass without another', async () => {
		mod.flag(gate.toAbbey, 60_000)
		mod.flush()
		await world.clock.pass(240, 10)
		mod.flush()
		expect(mod.take()).toEqual([])
		await world.clock.pass(10, 10)
		await mod.wait('zone_update')
	})

	it('[P18] shows an old save to the mod and to spectators, and applies nothing of it', async () => {
		mod.status(40_000_000)
		for (const flag of [gate.toAbbey, gate.toShaft, gate.toCrown]) mod.flag(flag, 40_000_000)
		mod.flush()
		await world.clock.pass(300, 50)
		await mod.wait('zone_update')
		expect(mod.take()).toEqual([
			{
				type: 'error',
				message: 'This save already holds progress: close the game, start it again, new character',
			},
			expect.objectContaining({
				type: 'zone_update',
				node_id: 'quay',
				display_name: 'Old save: restart game, new character',
				exits: [],
			}),
		])
		await settle()
		expect(shown(watcher.got.at(-1))).toMatchObject({ old_save: true })
		expect((await world.rows.stored(sessionId)).visits.map(({ node }) => node)).toEqual(['quay'])
	})

	it('[P18] never lets the ping wait behind a hold', async () => {
		await world.clock.pass(29_900)
		mod.flag(gate.toAbbey, 60_000)
		mod.flush()
		for (let step = 0; step < 12; step++) {
			mod.flag(gate.toAbbey, 60_000)
			mod.flush()
			await world.clock.pass(200)
		}
		mod.flush()
		expect(typesOf(mod.take())).toEqual(['ping'])
	})

	it('[P20] answers a zone query by the map of the seed’s own gates', async () => {
		await mod.cross(gate.toAbbey, 60_000)
		mod.take()
		mod.send({ type: 'zone_query', map_id: 'm90_00_00_00' })
		expect(await mod.wait('zone_update')).toMatchObject([{ node_id: 'quay' }])
		mod.send({ type: 'zone_query', map_id: 'm90_04_00_00', position: [null, 'x', 1] })
		await settle()
		expect(typesOf(mod.take())).toEqual(['zone_update'])
	})

	it('[P25] never echoes the mod’s own figures', async () => {
		mod.status(1_000, 0)
		await settle()
		mod.take()
		for (let second = 2; second < 10; second++) mod.status(second * 1_000, second)
		await settle()
		expect(mod.take()).toEqual([])
	})
})

describe('bad input', () => {
	it.each([
		['no JSON', 'nonsense', /JSON/],
		['no object', '[]', /object/],
		['an unknown type', { type: 'dance' }, /type/],
		['a missing field', { type: 'event_flag', flag_id: 1 }, /igt_ms/],
		['a boolean for a number', { type: 'status_update', igt_ms: true, death_count: 0 }, /igt_ms/],
		['a negative number', { type: 'status_update', igt_ms: 1, death_count: -1 }, /death_count/],
		['a number over range', { type: 'finished', igt_ms: 2 ** 31 }, /igt_ms/],
	])('[P30] %s is answered by one error that says what, and nothing changes', async (_, frame, names) => {
		const before = world.live.peek(sessionId)!.run
		mod.send(frame)
		await mod.wait('error')
		const told = mod.take()
		expect(typesOf(told)).toEqual(['error'])
		expect(told[0]!['message']).toMatch(names)
		expect(mod.closed).toBeUndefined()
		expect(world.live.peek(sessionId)!.run).toBe(before)
	})

	it('[P30] more than 20 bad frames in 10 s close the connection 4008', async () => {
		for (let round = 0; round < 4; round++) {
			for (let count = 0; count < 20; count++) mod.send('nonsense')
			mod.flush()
			expect(mod.closed).toBeUndefined()
			await world.clock.pass(10_000, 1_000)
		}
		for (let count = 0; count < 21; count++) mod.send('nonsense')
		mod.flush()
		expect(mod.closed?.code).toBe(4008)
	})

	it('[P30] what a run that ended refuses is no bad frame', async () => {
		await mod.cross(gate.toAbbey, 60_000)
		mod.flag(graph.finishFlag, 61_000)
		await mod.wait('race_status_change')
		for (let count = 0; count < 40; count++) mod.status(100_000 + count)
		await mod.wait('error', 40)
		expect(mod.closed).toBeUndefined()
	})

	it('[P31] frames that are no text are bad frames', async () => {
		mod.sendBinary()
		await mod.wait('error')
		expect(mod.closed).toBeUndefined()
	})
})

async function reconnect(): Promise<TestMod> {
	mod.end()
	return world.mod(sessionId)
}
