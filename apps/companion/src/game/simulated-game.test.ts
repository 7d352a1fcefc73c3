import { buildGraph, drawGraph } from '@speedfog/core/graph/testing'
import fc from 'fast-check'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPack } from '../pack.ts'
import type { Snapshot } from '../snapshot.ts'
import { createRandom } from './random.ts'
import { readSeedMap, type SeedMap } from './seed-map.ts'
import {
	createSimulatedGame,
	type Route,
	type SimulatedGameOptions,
	type Standing,
} from './simulated-game.ts'

type Played = { route: Route; snapshots: Snapshot[] }

const fresh: Standing = { node: null, found: [], igtMs: 0, deaths: 0 }
const MOST_POLLS = 400_000

function playOut(map: SeedMap, options: SimulatedGameOptions, from = fresh): Played {
	const game = createSimulatedGame(map, options)
	game.begin(from)
	const snapshots: Snapshot[] = []
	while (game.route().finishIgtMs === null && snapshots.length < MOST_POLLS) {
		const reading = game.read()
		if (reading.state === 'read') snapshots.push(reading.snapshot)
	}
	const last = game.read()
	if (last.state === 'read') snapshots.push(last.snapshot)
	return { route: game.route(), snapshots }
}

function mapOf(graphJson: string): SeedMap {
	const reading = readSeedMap(graphJson)
	if (!reading.ok) throw new Error(reading.problem)
	return reading.map
}

function expectHonest(map: SeedMap, { route, snapshots }: Played) {
	const { graph } = map
	expect(route.finishIgtMs).not.toBeNull()
	expect(route.visits[0]?.nodeId).toBe(graph.startNode)
	expect(snapshots.at(-1)?.flags.get(graph.finishFlag)).toBe(true)
	route.visits.forEach((visit, index) => {
		const before = route.visits.slice(0, index)
		if (index > 0) expect(visit.igtMs).toBeGreaterThan(before.at(-1)?.igtMs ?? 0)
		if (visit.flagId !== null) {
			expect(graph.nodeOfFlag.get(visit.flagId)).toBe(visit.nodeId)
			expect(
				before.some(({ nodeId }) => map.flagsBetween(nodeId, visit.nodeId).includes(visit.flagId as number)),
			).toBe(true)
			expect(before.some(({ flagId }) => flagId === visit.flagId)).toBe(false)
		} else if (index > 0) {
			expect(before.some(({ nodeId }) => nodeId === visit.nodeId)).toBe(true)
		}
	})
	expect(route.visits.reduce((sum, { deaths }) => sum + deaths, 0)).toBe(route.deaths)
	expect(snapshots.at(-1)?.deaths).toBe(route.deaths)
	const igts = snapshots.flatMap(({ igtMs, screen }) => (screen === 'title' || igtMs === null ? [] : [igtMs]))
	expect(igts.findIndex((igtMs, poll) => igtMs < (igts[poll - 1] ?? 0))).toBe(-1)
}

const graphs = fc
	.record({
		widths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 10 }),
		draw: fc.nat(),
		flags: fc.constantFrom('saved' as const, 'temporary' as const),
	})
	.map(({ widths, draw, flags }) => drawGraph(widths, createRandom(draw), flags))

describe('a simulated game', () => {
	it('plays any seed to the last boss, by its gates, its time only rising', () => {
		fc.assert(
			fc.property(graphs, fc.nat(), ({ json }, seed) => {
				const map = mapOf(JSON.stringify(json))
				expectHonest(map, playOut(map, { seed }))
			}),
			{ numRuns: 20 },
		)
	})

	it('plays a seed without connections and with one flag a place, as the oldest ones are', () => {
		const { json } = drawGraph([2, 3, 2], createRandom(1))
		const flagOfNode = new Map(Object.entries(json.event_map).map(([flag, node]) => [node, flag]))
		const event_map = Object.fromEntries([...flagOfNode].map(([node, flag]) => [flag, node]))
		const map = mapOf(JSON.stringify({ ...json, connections: undefined, event_map }))
		for (let seed = 0; seed < 10; seed++) {
			const { route } = playOut(map, { seed })
			expect(route.visits.at(-1)?.nodeId).toBe(map.graph.finalNode)
		}
	})

	it('plays the same for the same number, and otherwise for another', () => {
		const map = mapOf(JSON.stringify(drawGraph([3, 3, 3, 3], createRandom(7)).json))
		const routeOf = (seed: number) => JSON.stringify(playOut(map, { seed }).route)
		expect(routeOf(5)).toBe(routeOf(5))
		expect(new Set([1, 2, 3, 4, 5].map(routeOf)).size).toBe(5)
	})

	it('does in time all that a player does', () => {
		const map = mapOf(JSON.stringify(drawGraph([3, 4, 3, 4, 3, 4, 3], createRandom(3)).json))
		const played = Array.from({ length: 12 }, (_, seed) => playOut(map, { seed }))
		const visits = played.flatMap(({ route }) => route.visits)
		const isAgain = ({ route }: Played) => {
			const byFlag = route.visits.filter(({ flagId }) => flagId !== null)
			return new Set(byFlag.map(({ nodeId }) => nodeId)).size < byFlag.length
		}
		expect(visits.some(({ deaths }) => deaths > 1)).toBe(true)
		expect(visits.some(({ flagId, igtMs }) => flagId === null && igtMs > 0)).toBe(true)
		expect(played.some(isAgain)).toBe(true)
		const screens = played.map(({ snapshots }) => snapshots.map(({ screen }) => screen))
		expect(screens.some((seen) => seen.lastIndexOf('title') > seen.indexOf('in_game'))).toBe(true)
	})

	it('clears temporary flags at the next loading screen, and keeps the others', () => {
		for (const flags of ['saved', 'temporary'] as const) {
			const map = mapOf(JSON.stringify(buildGraph({ layers: [['quay'], ['grotto'], ['crown']], flags }).json))
			const { route, snapshots } = playOut(map, { seed: 1 })
			const flag = route.visits.find(({ nodeId }) => nodeId === 'grotto')?.flagId as number
			const inWorld = snapshots.filter(({ screen }) => screen === 'in_game')
			expect(inWorld.some((one) => one.flags.get(flag))).toBe(true)
			expect(inWorld.at(-1)?.flags.get(flag)).toBe(flags === 'saved')
		}
	})

	it('can load older saves of the zone it is in', () => {
		const map = mapOf(JSON.stringify(drawGraph([2, 2], createRandom(3)).json))
		const { snapshots, route } = playOut(map, { seed: 2, habits: { restore: 1 } })
		const igts = snapshots.filter(({ screen }) => screen !== 'title').map(({ igtMs }) => igtMs ?? 0)
		expect(igts.some((igtMs, poll) => igtMs < (igts[poll - 1] ?? 0))).toBe(true)
		expect(route.visits.at(-1)?.nodeId).toBe(map.graph.finalNode)
	})

	it('plays on from where a run stands', () => {
		fc.assert(
			fc.property(graphs, fc.nat(), fc.nat(), ({ json }, seed, share) => {
				const map = mapOf(JSON.stringify(json))
				const visits = playOut(map, { seed }).route.visits
				const done = visits.slice(0, 1 + (share % visits.length))
				const last = done.at(-1)
				const found = [...new Set(done.map(({ nodeId }) => nodeId))]
				const standing = { node: last?.nodeId ?? null, found, igtMs: 500_000, deaths: 3 }
				const { route, snapshots } = playOut(map, { seed: seed + 1 }, standing)
				expect(route.visits[0]).toMatchObject({ nodeId: last?.nodeId, igtMs: 500_000 })
				expect(route.finishIgtMs).toBeGreaterThan(500_000)
				expect(snapshots[0]?.deaths).toBe(3)
			}),
			{ numRuns: 20 },
		)
	})
})

const seedsFolder = join(import.meta.dirname, '../../../../../shared/seeds')
const packs = existsSync(seedsFolder)
	? readdirSync(seedsFolder).flatMap((pool) => {
			const zips = readdirSync(join(seedsFolder, pool)).filter((name) => name.endsWith('.zip'))
			return zips.slice(0, 2).map((name) => join(pool, name))
		})
	: []

describe.runIf(packs.length > 0)('a simulated game on real seeds', () => {
	it.each(packs)('plays %s to the end', async (name) => {
		const path = join(seedsFolder, name)
		const reading = await readPack(path)
		if (!reading.ok || reading.pack.graphJson === null) throw new Error('no graph')
		const map = mapOf(reading.pack.graphJson)
		expectHonest(map, playOut(map, { seed: 1 }))
	})
})
