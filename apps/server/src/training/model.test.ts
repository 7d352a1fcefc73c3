import { diamond } from '@speedfog/core/graph/testing'
import type { BuiltGraph } from '@speedfog/core/graph/testing'
import { begin } from '@speedfog/core/run/run'
import type { GameplayEvent, Run, Tell } from '@speedfog/core/run/run-state'
import { play } from '@speedfog/core/run/testing'
import type { Play } from '@speedfog/core/run/testing'
import fc from 'fast-check'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { fakeClock } from '#live/testing/fake-clock.ts'
import { wire } from '#live/testing/wire-bus.ts'
import { attachUpgrade } from '#live/upgrade.ts'
import { silentLog } from '#log.ts'
import * as running from '#testing-run.ts'
import type { Caller } from '#testing-socket.ts'
import { LiveSessions } from './live-sessions.ts'
import { modToken } from './mod-token.ts'
import { socketRoutes } from './sockets.ts'
import * as storedRun from './stored-run.ts'
import { makeRows } from './testing/rows.ts'
import type { Rows } from './testing/rows.ts'

const secretKey = Buffer.alloc(32, 7)
const GREETING = { plain: 3, ack: 4 }
const graphs = [
	diamond(),
	diamond({ flags: 'temporary', maps: { abbey: 'm90_09_00_00', shaft: 'm90_09_00_00' } }),
]
const clock = fakeClock()
const startMs = clock.now()

type Server = { live: LiveSessions; url: string; close(): Promise<void> }

let database: TestDatabase
const rows: Rows[] = []
const servers: Server[] = []

beforeAll(async () => {
	database = await freshDatabase()
	for (const graph of graphs) rows.push(await makeRows(database, graph))
	const network = wire()
	for (let count = 0; count < 2; count++) servers.push(await openServer(network.join()))
})
afterAll(async () => {
	await passing(Promise.all(servers.map((server) => server.close())))
	await database.drop()
})

async function openServer(bus: ReturnType<ReturnType<typeof wire>['join']>): Promise<Server> {
	const deps = { db: database, log: silentLog, clock, bus, isAlone: false, secretKey }
	const live = new LiveSessions({ ...deps, findUserByToken: async (id) => ({ id }) })
	const server = http.createServer()
	const admit = async () => ({ address: '127.0.0.1', signedIn: null })
	const most = { maxPerAddress: 1_000, maxPerUser: 1_000 }
	attachUpgrade(server, { routes: socketRoutes(live), admit, ...most, log: silentLog })
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	return {
		live,
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		async close() {
			await live.close()
			server.close()
		},
	}
}

/** Lets time pass until something is done. */
async function passing<T>(done: Promise<T>): Promise<T> {
	const timer = setInterval(() => clock.advance(50), 5)
	return done.finally(() => clearInterval(timer))
}

type Action =
	| { type: 'flag'; pick: number; igtMs: number }
	| { type: 'status'; igtMs: number; deaths: number }
	| { type: 'query'; pick: number }
	| { type: 'finished'; igtMs: number }
	| { type: 'again' }
	| { type: 'wait'; ms: number }
	| { type: 'reconnect' | 'move' | 'abandon' }

const igtMs = fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 400_000 }))
const action = fc.oneof(
	{ weight: 5, arbitrary: fc.record({ type: fc.constant('flag' as const), pick: fc.nat(), igtMs }) },
	{
		weight: 3,
		arbitrary: fc.record({ type: fc.constant('status' as const), igtMs, deaths: fc.nat({ max: 9 }) }),
	},
	{ weight: 2, arbitrary: fc.record({ type: fc.constant('query' as const), pick: fc.nat() }) },
	{ weight: 2, arbitrary: fc.constant({ type: 'again' as const }) },
	{ weight: 3, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat({ max: 4_000 }) }) },
	{ weight: 2, arbitrary: fc.constantFrom({ type: 'reconnect' as const }, { type: 'move' as const }) },
	{ weight: 1, arbitrary: fc.record({ type: fc.constant('finished' as const), igtMs }) },
	{ weight: 1, arbitrary: fc.constant({ type: 'abandon' as const }) },
)
const plays = fc.record({
	which: fc.nat({ max: graphs.length - 1 }),
	ageMs: fc.constantFrom(0, 3_600_000),
	ack: fc.boolean(),
	actions: fc.array(action, { minLength: 5, maxLength: 25 }),
})

it('whatever is played over real sockets, at one server or another, comes to what the pure run says', async () => {
	await fc.assert(
		fc.asyncProperty(plays, async ({ which, ageMs, ack, actions }) => {
			const table = await sit(graphs[which]!, rows[which]!, { ageMs, ack })
			for (const each of actions) if (table.isOpen) await table.act(each)
			await table.compareAll()
		}),
		{ numRuns: 25 },
	)
}, 60_000)

/** The same play at both: frames to a server, events to the model. */
async function sit(
	built: BuiltGraph,
	{ session, userId }: Rows,
	{ ageMs, ack }: { ageMs: number; ack: boolean },
) {
	const createdAtMs = clock.now() - ageMs
	const id = await session(new Date(createdAtMs))
	const model = play(built.graph, { run: begin({ createdAtMs, simulated: false }) })
	model.jumpTo(clock.now() - startMs)
	const token = modToken(secretKey, id)
	const flags = [...built.graph.eventIds, 77]
	const maps = [...built.graph.nodesOfMap.keys()]
	let at = 0
	let seq = 0
	let last: object | undefined
	let isOpen = true
	let mod = await connect()

	const server = () => servers[at]!

	async function connect(): Promise<Caller> {
		const caller = await passing(running.connect(servers[at]!.url, id, { token, ack }))
		model.jumpTo(clock.now() - startMs)
		model.connect()
		model.hush()
		return caller
	}

	async function leave(): Promise<void> {
		await compareTold()
		mod.end()
		model.disconnect()
		model.hush()
		await expect.poll(() => server().live.peek(id)?.modConnected ?? false).toBe(false)
		await settle()
	}

	/** Sends a frame; done when the server has made of it what it makes of it. */
	async function send(frame: object): Promise<void> {
		last = frame
		const { traffic } = server().live
		const heard = traffic.framesIn
		mod.send(frame)
		await expect.poll(() => traffic.framesIn, { interval: 1 }).toBe(heard + 1)
		await settle()
	}

	async function settle(): Promise<void> {
		for (let round = 0; round < 3; round++) {
			await server().live.journal.flush()
			await new Promise((resolve) => setImmediate(resolve))
		}
	}

	async function act(action: Action): Promise<void> {
		switch (action.type) {
			case 'flag': {
				const flagId = flags[action.pick % flags.length]!
				await say({ type: 'event_flag', flag_id: flagId, igt_ms: action.igtMs })
				break
			}
			case 'status':
				await say({ type: 'status_update', igt_ms: action.igtMs, death_count: action.deaths })
				break
			case 'query':
				await say({ type: 'zone_query', map_id: maps[action.pick % maps.length]! })
				break
			case 'finished':
				await say({ type: 'finished', igt_ms: action.igtMs })
				break
			case 'again':
				if (last) await say(last)
				break
			case 'wait':
				clock.advance(action.ms)
				model.wait(action.ms)
				await settle()
				break
			case 'reconnect':
			case 'move':
				await leave()
				if (action.type === 'move') at = 1 - at
				isOpen = model.run.status === 'active'
				if (isOpen) mod = await connect()
				break
			case 'abandon':
				if (model.run.status !== 'active') break
				await server().live.abandon(id)
				// Unless a finish that had been held came first.
				isOpen = model.abandon().run.status !== 'abandoned'
				if (!isOpen) await mod.closed
		}
		if (isOpen) compareState()
	}

	async function say(frame: object): Promise<void> {
		const isNew = ack && ('flag_id' in frame || 'death_count' in frame) && !('seq' in frame)
		const numbered = isNew ? { ...frame, seq: ++seq } : frame
		await send(numbered)
		model.send(eventOf(numbered as Record<string, number | string>))
	}

	function compareState(): void {
		expect(comparable(server().live.peek(id)!.run)).toEqual(comparable(model.run))
	}

	async function compareTold(): Promise<void> {
		const skipped = ack ? GREETING.ack : GREETING.plain
		const told = () => mod.got.slice(skipped).filter(({ type }) => type !== 'ping' && type !== 'ack')
		const expected = model.tells.flatMap(wordsOf)
		await expect.poll(() => told().length).toBeGreaterThanOrEqual(expected.length)
		expect(told().map(({ type, node_id, message }) => [type, node_id ?? message])).toEqual(expected)
	}

	return {
		act,
		get isOpen() {
			return isOpen
		},
		/** What it told, what watchers see and what is stored. */
		async compareAll(): Promise<void> {
			if (isOpen) await leave()
			await settle()
			const watcher = await passing(running.watch({ url: servers[1 - at]!.url, token: userId }, id))
			const stored = (await storedRun.loader(database)(id))!.run
			expect(comparable(stored)).toEqual(comparable({ ...model.run, connection: null, hold: null }))
			expect(watcher.got[0]).toMatchObject({
				participants: [
					{
						igt_ms: model.run.igtMs,
						death_count: model.run.deaths,
						current_zone: model.run.current?.nodeId ?? null,
					},
				],
			})
			watcher.end()
		},
	}
}

/** Which flags were logged is known to one server, as long as somebody is there. */
function comparable({ unknownFlags: _, ...run }: Run): Omit<Run, 'unknownFlags'> {
	return run
}

function wordsOf(tell: Tell): [string, string | undefined][] {
	if (tell.to !== 'mod' || tell.type === 'ack') return []
	if (tell.type === 'old_save') return [['zone_update', tell.nodeId]]
	if (tell.type === 'zone_update') return [[tell.type, tell.nodeId]]
	return [[tell.type, tell.type === 'error' ? tell.message : undefined]]
}

function eventOf(frame: Record<string, number | string>): Parameters<Play['send']>[0] {
	const { type, flag_id: flagId, igt_ms: igtMs, death_count: deaths, map_id: mapId, seq } = frame
	const said = { type, flagId, igtMs, deaths, mapId, seq }
	const known = Object.entries(said).filter(([, value]) => value !== undefined)
	return Object.fromEntries(known) as unknown as Omit<GameplayEvent, 'atMs'> as Parameters<Play['send']>[0]
}
