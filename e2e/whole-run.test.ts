import { readGraph } from '@speedfog/core/graph/read-graph'
import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import type { Pools } from '@speedfog/core/protocol/pools'
import type { SessionDetail } from '@speedfog/core/protocol/training'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../apps/companion/src/config.ts'
import { readPack } from '../apps/companion/src/pack.ts'
import { simulateRun } from '../apps/companion/src/simulate.ts'
import { json, send, signIn } from './player.ts'
import type { Player } from './player.ts'
import { ServerProcess } from './server.ts'

const REAL_SEEDS = join(import.meta.dirname, '../../shared/seeds')
/** Far faster than any game: every poll of a run follows the one before as soon as it is answered. */
const SPEED = 3_000
const AT_ONCE = 6

const origins = [
	{ name: 'demo seeds', env: {} },
	...(existsSync(REAL_SEEDS) ? [{ name: 'real seeds', env: { SEEDS_POOL_DIR: REAL_SEEDS } }] : []),
]

describe.each(origins)('a run of each of the $name', ({ env }) => {
	let server: ServerProcess
	let folder: string

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'speedfog-whole-'))
		server = await ServerProcess.start({ ...env, RATE_LIMIT_FACTOR: '1000' })
	})

	afterAll(async () => {
		await server.remove()
		await rm(folder, { recursive: true, force: true })
	})

	it('is shown as it was played: visits, history, deaths, layers and finish', async () => {
		const seeds = await availableSeeds(server.url)
		const played = new Set<string>()
		await inParallel(
			seeds.map((pool, index) => async () => {
				// A player of twenty runs at once is full, so each pool has a player of its own.
				const player = await signIn(server.url, `runner-${pool}`.slice(0, 25))
				const session = await player.start(pool)
				played.add(session.seed_id)
				await playAndCompare(player, session, index)
			}),
		)
		expect(played.size).toBe(seeds.length)
	}, 300_000)

	async function playAndCompare(player: Player, { id }: SessionDetail, seed: number) {
		const file = join(folder, `${id}.zip`)
		await writeFile(file, await player.pack(id))
		const read = await readPack(file)
		if (!read.ok || !read.pack.config || !read.pack.graphJson) throw new Error(`${id}: no pack`)
		const config = readConfig(read.pack.config.text, read.pack.config.file)
		if (!config.ok) throw new Error(config.problem)
		const { graphJson } = read.pack
		const ending = await simulateRun({
			config: config.config,
			graphJson,
			seed,
			speed: SPEED,
			as: seed % 2 === 0 ? 'companion' : 'mod',
		})
		const { route } = ending
		const detail = await player.detail(id)
		const visits = detail.visits.map(({ node_id, flag_id, igt_ms, deaths }) => ({
			nodeId: node_id,
			flagId: flag_id,
			igtMs: igt_ms,
			deaths,
		}))
		expect(visits, id).toEqual(route.visits)
		expect(detail.progress_nodes, id).toEqual(historyOf(route.visits))
		expect(detail).toMatchObject({
			status: 'finished',
			igt_ms: route.finishIgtMs,
			death_count: route.deaths,
			current_zone: route.visits.at(-1)?.nodeId,
			current_layer: compiled(graphJson).totalLayers,
		})
		expect(layersOf(compiled(graphJson), detail), id).toEqual(
			layersOf(compiled(graphJson), { visits: route.visits.map(({ nodeId }) => ({ node_id: nodeId })) }),
		)
	}
})

/** The name of a seed's pool, once for each seed. Waits until the pools are read. */
async function availableSeeds(url: string): Promise<string[]> {
	for (let before = -1; ;) {
		const pools = await json<Pools>(await send(`${url}/api/pools?type=training`, {}))
		const seeds = Object.entries(pools).flatMap(([pool, { available }]) =>
			Array<string>(available).fill(pool),
		)
		if (seeds.length > 0 && seeds.length === before) return seeds
		before = seeds.length
		await new Promise((resolve) => setTimeout(resolve, 1_500))
	}
}

async function inParallel(jobs: (() => Promise<void>)[]): Promise<void> {
	const waiting = jobs.values()
	const workOff = async () => {
		for (const job of waiting) await job()
	}
	await Promise.all(Array.from({ length: AT_ONCE }, workOff))
}

function historyOf(visits: { nodeId: string; igtMs: number; deaths: number }[]) {
	const first = new Map<string, { node_id: string; igt_ms: number; deaths: number }>()
	for (const { nodeId, igtMs, deaths } of visits) {
		const known = first.get(nodeId)
		if (known) known.deaths += deaths
		else first.set(nodeId, { node_id: nodeId, igt_ms: igtMs, deaths })
	}
	return [...first.values()].map(({ deaths, ...entry }) => (deaths > 0 ? { ...entry, deaths } : entry))
}

function compiled(graphJson: string): SeedGraph {
	const read = readGraph(JSON.parse(graphJson))
	if (!read.ok) throw new Error(read.reasons.join('; '))
	return read.graph
}

function layersOf(graph: SeedGraph, { visits }: { visits: { node_id: string }[] }) {
	return visits.map(({ node_id }) => graph.nodes.get(node_id)?.layer)
}
