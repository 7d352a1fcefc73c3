import type { SessionDetail } from '@speedfog/core/protocol/training'
import { makeDemoPools } from '@speedfog/forge/demo-pools'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freshDatabase, urlOf } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { installation, isInstalled, startRedis } from '#live/testing/redis-server.ts'
import type { RedisServer } from '#live/testing/redis-server.ts'
import { modToken } from '#training/mod-token.ts'
import { bundle, runServer } from './testing-process.ts'
import type { ServerProcess } from './testing-process.ts'
import * as running from './testing-run.ts'
import type { TestRun } from './testing-run.ts'
import type { Caller } from './testing-socket.ts'

const KEY = 'k'.repeat(64)
const PLAYERS = 4
const KILLS = 2

let program: string
let folder: string

beforeAll(async () => {
	program = await bundle('main.ts', 'replicas')
	folder = await mkdtemp(join(tmpdir(), 'speedfog-replicas-'))
	await makeDemoPools(join(folder, 'pools'), { seedsPerPool: 2 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('two servers that talk through PostgreSQL', () => twoServers(async () => undefined))

describe.skipIf(!isInstalled())(`two servers that talk through Redis (needs: ${installation})`, () => {
	let redis: RedisServer
	afterAll(() => redis.stop())
	twoServers(async () => (redis = await startRedis()))
})

type Shown = { current_zone: string; igt_ms: number }
type Frame = Record<string, unknown>

function twoServers(openRedis: () => Promise<RedisServer | undefined>): void {
	let database: TestDatabase
	let redis: RedisServer | undefined
	/** `here` and `there`. */
	const servers: [ServerProcess, ServerProcess] = [] as never
	let token: string

	beforeAll(async () => {
		database = await freshDatabase()
		redis = await openRedis()
		servers[0] = launch()
		await here().url
		servers[1] = launch()
		const answer = await fetch(`${await there().url}/api/auth/local`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: '{"name":"anna"}',
		})
		token = ((await answer.json()) as { token: string }).token
	})
	afterAll(async () => {
		for (const { child } of servers) child.kill('SIGTERM')
		await Promise.all(servers.map(({ ended }) => ended))
		await database.drop()
	})

	const here = () => servers[0]
	const there = () => servers[1]

	function launch(): ServerProcess {
		return runServer(program, {
			PORT: '0',
			DATA_DIR: folder,
			SEEDS_POOL_DIR: join(folder, 'pools'),
			DATABASE_URL: urlOf(database.connection),
			SECRET_KEY: KEY,
			RATE_LIMIT_FACTOR: '1000',
			...(redis ? { REDIS_URL: redis.url } : {}),
		})
	}

	async function call<T>(server: ServerProcess, path: string, method?: string): Promise<T> {
		return running.call({ url: await server.url, token }, path, method)
	}

	const detail = (server: ServerProcess, { id }: TestRun) =>
		call<SessionDetail>(server, `/api/training/${id}`)

	async function start(): Promise<TestRun> {
		return running.startRun({ url: await there().url, token })
	}

	async function dial(server: ServerProcess, { id }: TestRun): Promise<Caller> {
		return running.dial(await server.url, id, { token: modToken(Buffer.from(KEY), id) })
	}

	async function connect(server: ServerProcess, { id }: TestRun): Promise<Caller> {
		return running.connect(await server.url, id, { token: modToken(Buffer.from(KEY), id) })
	}

	async function watch(server: ServerProcess, { id }: TestRun): Promise<Caller> {
		return running.watch({ url: await server.url, token }, id)
	}

	/** Passes a gate and waits until the server has said so. */
	async function pass(mod: Caller, { flag, node }: TestRun['gates'][number], igtMs: number): Promise<void> {
		mod.send({ type: 'event_flag', flag_id: flag, igt_ms: igtMs })
		await mod.wait(({ type, node_id }) => type === 'zone_update' && node_id === node)
	}

	const shown = ({ participants }: Frame) => (participants as Shown[] | undefined)?.[0]
	const zone = (node: string) => (frame: Frame) => shown(frame)?.current_zone === node
	const ended = (wanted: string) => (frame: Frame) =>
		frame['type'] === 'race_status_change' && frame['status'] === wanted
	const nodes = ({ visits }: SessionDetail) => visits.slice(1).map(({ node_id }) => node_id)

	it('[P4] two mods that come in the same instant: exactly one is let in', async () => {
		for (let round = 0; round < 5; round++) {
			const run = await start()
			const both = await Promise.all(servers.map((server) => dial(server, run)))
			const isAnswer = ({ type }: Frame) => type === 'auth_ok' || type === 'auth_error'
			const answers = await Promise.all(both.map((mod) => mod.wait(isAnswer)))
			expect(answers.map(({ type }) => type).sort()).toEqual(['auth_error', 'auth_ok'])
			await call(there(), `/api/training/${run.id}/abandon`, 'POST')
			for (const mod of both) mod.end()
		}
	})

	it('[P52] who watches on the other server sees the run; REST there tells of it, and ends it', async () => {
		const run = await start()
		const watcher = await watch(there(), run)
		const mod = await connect(here(), run)
		await pass(mod, run.gates[0]!, 1_000)
		await watcher.wait(zone(run.gates[0]!.node))
		mod.send({ type: 'status_update', igt_ms: 5_000, death_count: 1 })
		await watcher.wait((frame) => shown(frame)?.igt_ms === 5_000)
		await expect.poll(async () => (await detail(there(), run)).igt_ms, { timeout: 2_500 }).toBe(5_000)
		expect(await detail(there(), run)).toMatchObject({ mod_connected: true, status: 'active' })
		await call(there(), `/api/training/${run.id}/abandon`, 'POST')
		await mod.wait(ended('abandoned'))
		expect(await mod.closed).toBe(1000)
		await watcher.wait(ended('abandoned'))
	})

	it('[P4] a server that stands still loses its mod to the other, and writes nothing when it goes on', async () => {
		const run = await start()
		const old = await connect(here(), run)
		await pass(old, run.gates[0]!, 1_000)
		const { child } = here()
		child.kill('SIGSTOP')
		onTestFinished(() => void child.kill('SIGCONT'))
		old.send({ type: 'status_update', igt_ms: 90_000, death_count: 9 })
		old.send({ type: 'event_flag', flag_id: run.gates[3]!.flag, igt_ms: 90_000 })
		const next = await connect(there(), run)
		await pass(next, run.gates[1]!, 2_000)
		child.kill('SIGCONT')
		expect(await old.closed).toBe(4009)
		await pass(next, run.gates[2]!, 3_000)
		const played = await detail(there(), run)
		expect(nodes(played)).toEqual(run.gates.slice(0, 3).map(({ node }) => node))
		expect([played.igt_ms, played.death_count]).toEqual([3_000, 0])
		await call(there(), `/api/training/${run.id}/abandon`, 'POST')
	})

	it('[P51] what they talk through goes away and comes back: the run goes on, who watches catches up', async () => {
		const run = await start()
		const [mod, watcher] = [await connect(here(), run), await watch(there(), run)]
		await pass(mod, run.gates[0]!, 1_000)
		await watcher.wait(zone(run.gates[0]!.node))
		await away()
		await pass(mod, run.gates[1]!, 2_000)
		const ready = async () => fetch(`${await there().url}/ready`)
		if (redis) {
			await expect.poll(async () => (await ready()).status).toBe(503)
			const { detail } = (await (await ready()).json()) as { detail: string }
			expect(detail).toBe('The connection between servers (Redis) does not answer.')
			await redis.start()
		}
		await watcher.wait(zone(run.gates[1]!.node))
		await expect.poll(async () => (await ready()).status).toBe(200)
		expect(watcher.isOpen).toBe(true)
	})

	it('[P22] whichever is killed, and whenever: nothing that was told is lost, doubled or moved', async () => {
		const runs = await Promise.all(Array.from({ length: PLAYERS }, start))
		const playing = Promise.all(runs.map(play))
		const watching = Promise.all(runs.map(follow))
		for (let kill = 0; kill < KILLS; kill++) {
			await sleep(300 + Math.random() * 700)
			const side = kill % 2
			servers[side]!.child.kill('SIGKILL')
			servers[side] = launch()
			await servers[side]!.url
		}
		await playing
		for (const [index, seen] of (await watching).entries()) {
			const way = runs[index]!.gates.map(({ node }) => node)
			// Each connection sees the way in its order.
			for (const zones of seen) expect(zones).toEqual(way.filter((node) => zones.includes(node)))
		}
		for (const run of runs) {
			const { visits } = await detail(here(), run)
			const expected = run.gates.map(({ node }, index) => [node, (index + 1) * 1_000, 1])
			expect(visits.slice(1).map(({ node_id, igt_ms, deaths }) => [node_id, igt_ms, deaths])).toEqual([
				...expected.slice(0, -1),
				[expected.at(-1)![0], expected.at(-1)![1], 0],
			])
		}
	}, 60_000)

	it('[P22] a server that is killed: its mod goes to the other, and who watches there sees it go on', async () => {
		const run = await start()
		const watcher = await watch(there(), run)
		const mod = await connect(here(), run)
		await pass(mod, run.gates[0]!, 1_000)
		await pass(mod, run.gates[1]!, 2_000)
		await watcher.wait(zone(run.gates[1]!.node))
		here().child.kill('SIGKILL')
		await mod.closed
		const again = await connect(there(), run)
		expect(again.got[0]).toMatchObject({ type: 'auth_ok' })
		expect(again.got.at(-1)).toMatchObject({ node_id: run.gates[1]!.node })
		// It does not know whether this one had arrived.
		await pass(again, run.gates[1]!, 2_000)
		await pass(again, run.gates[2]!, 3_000)
		await watcher.wait(zone(run.gates[2]!.node))
		expect(watcher.isOpen).toBe(true)
		expect(nodes(await detail(there(), run))).toEqual(run.gates.slice(0, 3).map(({ node }) => node))
	})

	/** Goes the whole way, a death in each zone; who gets no answer goes to the next server with the same. */
	async function play(run: TestRun, player: number): Promise<void> {
		let mod: Caller | undefined
		for (const [index, gate] of run.gates.entries()) {
			await sleep(80)
			for (;;) {
				try {
					mod ??= await connect(servers[player++ % 2]!, run)
					const igtMs = (index + 1) * 1_000
					mod.send({ type: 'status_update', igt_ms: igtMs, death_count: index })
					await pass(mod, gate, igtMs)
					break
				} catch {
					mod?.end()
					mod = undefined
					await sleep(50)
				}
			}
		}
	}

	/** Watches, mostly not where the mod is, until the last zone is there; what each connection saw. */
	async function follow({ id, gates }: TestRun, watcher: number): Promise<string[][]> {
		const seen: string[][] = []
		while (seen.at(-1)?.at(-1) !== gates.at(-1)!.node) {
			try {
				const caller = await watch(servers[++watcher % 2]!, { id } as TestRun)
				const zones: string[] = []
				seen.push(zones)
				const note = (frame: Frame) => {
					const node = shown(frame)?.current_zone
					if (gates.some((gate) => gate.node === node) && zones.at(-1) !== node) zones.push(node!)
					return node === gates.at(-1)!.node
				}
				caller.got.forEach(note)
				await caller.wait(note)
			} catch {
				await sleep(50)
			}
		}
		return seen
	}

	async function away(): Promise<void> {
		if (redis) return redis.stop()
		await database.pool.query(
			`select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and application_name = 'speedfog bus'`,
		)
	}
}
