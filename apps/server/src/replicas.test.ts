import { makeDemoPools } from '@speedfog/forge/demo-pools'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freshDatabase, urlOf } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { installation, isInstalled, startRedis } from '#live/testing/redis-server.ts'
import type { RedisServer } from '#live/testing/redis-server.ts'
import { modToken } from '#training/mod-token.ts'
import { bundle, runServer } from './testing-process.ts'
import type { ServerProcess } from './testing-process.ts'
import { Caller } from './testing-socket.ts'

const KEY = 'k'.repeat(64)

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

type Run = { id: string; gates: { flag: number; node: string }[] }
type Detail = {
	id: string
	status: string
	igt_ms: number
	mod_connected: boolean
	visits: { node_id: string }[]
	graph_json: { nodes: Record<string, { layer: number }>; event_map: Record<string, string>; edges: Edge[] }
}
type Edge = { from: string; to: string }

function twoServers(openRedis: () => Promise<RedisServer | undefined>): void {
	let database: TestDatabase
	let redis: RedisServer | undefined
	let here: ServerProcess
	let there: ServerProcess
	let token: string

	beforeAll(async () => {
		database = await freshDatabase()
		redis = await openRedis()
		here = launch()
		await here.url
		there = launch()
		const answer = await fetch(`${await there.url}/api/auth/local`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: '{"name":"anna"}',
		})
		token = ((await answer.json()) as { token: string }).token
	})
	afterAll(async () => {
		for (const { child } of [here, there]) child.kill('SIGTERM')
		await Promise.all([here.ended, there.ended])
		await database.drop()
	})

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

	async function call<T>(server: ServerProcess, path: string, method = 'GET'): Promise<T> {
		const answer = await fetch(`${await server.url}${path}`, {
			method,
			headers: { authorization: `Bearer ${token}` },
		})
		if (!answer.ok) throw new Error(await answer.text())
		return (await answer.json()) as T
	}

	/** A run, and gates that lead through it one after the other. */
	async function start(): Promise<Run> {
		const { id, graph_json: graph } = await call<Detail>(here, '/api/training', 'POST')
		const gates: Run['gates'] = []
		let at = Object.keys(graph.nodes).find((node) => graph.nodes[node]!.layer === 0)
		while (gates.length < 4) {
			const edge = graph.edges.find(({ from }) => from === at)
			const flag = Object.keys(graph.event_map).find((flag) => graph.event_map[flag] === edge?.to)
			if (!edge || !flag) break
			gates.push({ flag: Number(flag), node: edge.to })
			at = edge.to
		}
		return { id, gates }
	}

	async function open(server: ServerProcess, path: string, auth: object): Promise<Caller> {
		const caller = await Caller.open((await server.url).replace('http', 'ws') + path, auth)
		onTestFinished(() => caller.end())
		return caller
	}

	function dial(server: ServerProcess, { id }: Run): Promise<Caller> {
		return open(server, `/ws/training/${id}`, {
			type: 'auth',
			mod_token: modToken(Buffer.from(KEY), id),
		})
	}

	async function connect(server: ServerProcess, run: Run): Promise<Caller> {
		const mod = await dial(server, run)
		await mod.wait(({ type }) => type === 'zone_update')
		return mod
	}

	async function watch(server: ServerProcess, { id }: Run): Promise<Caller> {
		const watcher = await open(server, `/ws/training/${id}/spectate`, { type: 'auth', token })
		await watcher.wait(({ type }) => type === 'race_state')
		return watcher
	}

	/** Passes a gate and waits until the server has said so. */
	async function pass(mod: Caller, { flag, node }: Run['gates'][number], igtMs: number): Promise<void> {
		mod.send({ type: 'event_flag', flag_id: flag, igt_ms: igtMs })
		await mod.wait(({ type, node_id }) => type === 'zone_update' && node_id === node)
	}

	const zone = (node: string) => (frame: Record<string, unknown>) =>
		(frame['participants'] as { current_zone: string }[] | undefined)?.[0]?.current_zone === node

	it('[P4] two mods that come in the same instant: exactly one is let in', async () => {
		for (let round = 0; round < 5; round++) {
			const run = await start()
			const both = await Promise.all([dial(here, run), dial(there, run)])
			const isAnswer = ({ type }: Record<string, unknown>) => type === 'auth_ok' || type === 'auth_error'
			const answers = await Promise.all(both.map((mod) => mod.wait(isAnswer)))
			expect(answers.map(({ type }) => type).sort()).toEqual(['auth_error', 'auth_ok'])
			await call(there, `/api/training/${run.id}/abandon`, 'POST')
			for (const mod of both) mod.end()
		}
	})

	it('[P52] who watches on the other server sees the run; REST there tells of it, and ends it', async () => {
		const run = await start()
		const watcher = await watch(there, run)
		const mod = await connect(here, run)
		await pass(mod, run.gates[0]!, 1_000)
		await watcher.wait(zone(run.gates[0]!.node))
		mod.send({ type: 'status_update', igt_ms: 5_000, death_count: 1 })
		await watcher.wait(({ participants }) => (participants as Detail[] | undefined)?.[0]?.igt_ms === 5_000)
		const detail = () => call<Detail>(there, `/api/training/${run.id}`)
		await expect.poll(async () => (await detail()).igt_ms, { timeout: 2_500 }).toBe(5_000)
		expect(await detail()).toMatchObject({ mod_connected: true, status: 'active' })
		await call(there, `/api/training/${run.id}/abandon`, 'POST')
		await mod.wait(({ type, status }) => type === 'race_status_change' && status === 'abandoned')
		expect(await mod.closed).toBe(1000)
		await watcher.wait(({ type, status }) => type === 'race_status_change' && status === 'abandoned')
	})

	it('[P4] a server that stands still loses its mod to the other, and writes nothing when it goes on', async () => {
		const run = await start()
		const old = await connect(here, run)
		await pass(old, run.gates[0]!, 1_000)
		here.child.kill('SIGSTOP')
		onTestFinished(() => void here.child.kill('SIGCONT'))
		old.send({ type: 'status_update', igt_ms: 90_000, death_count: 9 })
		old.send({ type: 'event_flag', flag_id: run.gates[3]!.flag, igt_ms: 90_000 })
		const next = await connect(there, run)
		await pass(next, run.gates[1]!, 2_000)
		here.child.kill('SIGCONT')
		expect(await old.closed).toBe(4009)
		await pass(next, run.gates[2]!, 3_000)
		const { visits, igt_ms } = await call<Detail>(there, `/api/training/${run.id}`)
		expect(visits.slice(1).map(({ node_id }) => node_id)).toEqual(
			run.gates.slice(0, 3).map(({ node }) => node),
		)
		expect(igt_ms).toBe(3_000)
		await call(there, `/api/training/${run.id}/abandon`, 'POST')
	})

	it('[P51] what they talk through goes away and comes back: the run goes on, who watches catches up', async () => {
		const run = await start()
		const [mod, watcher] = [await connect(here, run), await watch(there, run)]
		await pass(mod, run.gates[0]!, 1_000)
		await watcher.wait(zone(run.gates[0]!.node))
		await away()
		await pass(mod, run.gates[1]!, 2_000)
		if (redis) {
			await expect.poll(async () => (await fetch(`${await there.url}/ready`)).status).toBe(503)
			const { detail } = (await (await fetch(`${await there.url}/ready`)).json()) as { detail: string }
			expect(detail).toBe('The connection between servers (Redis) does not answer.')
			await redis.start()
		}
		await watcher.wait(zone(run.gates[1]!.node))
		await expect.poll(async () => (await fetch(`${await there.url}/ready`)).status).toBe(200)
		expect(watcher.isOpen).toBe(true)
	})

	it('[P22] a server that is killed: its mod goes to the other, nothing is lost, who watches sees it go on', async () => {
		const run = await start()
		const watcher = await watch(there, run)
		const mod = await connect(here, run)
		await pass(mod, run.gates[0]!, 1_000)
		await pass(mod, run.gates[1]!, 2_000)
		await watcher.wait(zone(run.gates[1]!.node))
		here.child.kill('SIGKILL')
		await mod.closed
		const again = await connect(there, run)
		expect(again.got[0]).toMatchObject({ type: 'auth_ok' })
		expect(again.got.at(-1)).toMatchObject({ node_id: run.gates[1]!.node })
		// It does not know whether this one had arrived.
		await pass(again, run.gates[1]!, 2_000)
		await pass(again, run.gates[2]!, 3_000)
		await watcher.wait(zone(run.gates[2]!.node))
		expect(watcher.isOpen).toBe(true)
		const { visits } = await call<Detail>(there, `/api/training/${run.id}`)
		expect(visits.slice(1).map(({ node_id }) => node_id)).toEqual(
			run.gates.slice(0, 3).map(({ node }) => node),
		)
	})

	async function away(): Promise<void> {
		if (redis) return redis.stop()
		await database.pool.query(
			`select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and application_name = 'speedfog bus'`,
		)
	}
}
