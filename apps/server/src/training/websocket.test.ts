import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { readConfig } from '#config.ts'
import type { Config } from '#config.ts'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { makeAdmit } from '#live/admit.ts'
import { quickClock } from '#live/testing/quick-clock.ts'
import { tcpProxy } from '#live/testing/tcp-proxy.ts'
import { alone } from '#live/bus.ts'
import { attachUpgrade } from '#live/upgrade.ts'
import type { Upgrades } from '#live/upgrade.ts'
import { silentLog } from '#log.ts'
import { LiveSessions } from './live-sessions.ts'
import { modToken } from './mod-token.ts'
import { socketRoutes } from './sockets.ts'
import { makeRows } from './testing/rows.ts'
import type { Rows } from './testing/rows.ts'

const graph = diamond()
const secretKey = Buffer.alloc(32, 7)
let database: TestDatabase
let rows: Rows
let server: http.Server
let live: LiveSessions
let upgrades: Upgrades
let port: number
const clock = quickClock(4)

beforeAll(async () => {
	database = await freshDatabase()
	rows = await makeRows(database, graph)
	live = new LiveSessions({
		db: database,
		log: silentLog,
		clock,
		bus: alone(),
		isAlone: true,
		secretKey,
		findUserByToken: async () => undefined,
	})
	server = http.createServer((_, response) => response.end())
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	port = (server.address() as AddressInfo).port
	const read = readConfig({ PORT: String(port) })
	if (!read.ok) throw new Error(read.problem)
	const config = { ...read.settings, publicUrl: `http://localhost:${port}`, secretKey } satisfies Config
	upgrades = attachUpgrade(server, {
		routes: socketRoutes(live),
		admit: makeAdmit({ config, findSignedIn: async (cookie) => (cookie === 'me=1' ? rows.signedIn : null) }),
		maxPerAddress: 30,
		maxPerUser: 3,
		log: silentLog,
	})
})
afterAll(async () => {
	await live.close()
	server.close()
	server.closeAllConnections()
	await database.drop()
})

type Client = WebSocket & { frames: Record<string, unknown>[]; closed: Promise<number> }

function dial(path: string, options: ClientOptions = {}, toPort = port): Client {
	const socket = new WebSocket(`ws://127.0.0.1:${toPort}${path}`, options)
	const frames: Record<string, unknown>[] = []
	socket.on('message', (data: Buffer) => void frames.push(JSON.parse(data.toString())))
	socket.on('error', () => {})
	const closed = new Promise<number>((resolve) => socket.on('close', resolve))
	onTestFinished(() => socket.terminate())
	return Object.assign(socket, { frames, closed })
}

/** A client that has sent its auth. */
async function auth(
	path: string,
	frame: object,
	toPort = port,
	options: ClientOptions = {},
): Promise<Client> {
	// The server answers to its own name, whatever stands between.
	const headers = { host: `127.0.0.1:${port}`, ...options.headers }
	const client = dial(path, { ...options, headers }, toPort)
	await new Promise((resolve) => client.on('open', resolve))
	client.send(JSON.stringify(frame))
	return client
}

async function until(is: () => boolean): Promise<void> {
	const deadline = Date.now() + 40_000
	while (!is()) {
		if (Date.now() > deadline) throw new Error('waited in vain')
		await new Promise((resolve) => setTimeout(resolve, 5))
	}
}

function mod(sessionId: string, toPort = port): Promise<Client> {
	const frame = { type: 'auth', mod_token: modToken(secretKey, sessionId) }
	return auth(`/ws/training/${sessionId}`, frame, toPort)
}

/** The status with which an upgrade is refused. */
function refusal(path: string, options: ClientOptions = {}): Promise<{ status: number; body: string }> {
	return new Promise((resolve, reject) => {
		const client = dial(path, options)
		client.on('open', () => reject(new Error('it was let in')))
		client.on('unexpected-response', (_, response) => {
			let body = ''
			response.on('data', (data: Buffer) => (body += data.toString()))
			response.on('end', () => resolve({ status: response.statusCode!, body }))
		})
	})
}

describe('over real sockets', () => {
	it('[P4] of many that authenticate in the same instant exactly one is let in', async () => {
		const sessionId = await rows.session()
		const clients = await Promise.all(Array.from({ length: 8 }, () => mod(sessionId)))
		await until(() => clients.every(({ frames }) => frames.length > 0))
		const answers = clients.map(({ frames }) => frames[0]!['type'])
		expect(answers.filter((type) => type === 'auth_ok')).toHaveLength(1)
		expect(answers.filter((type) => type === 'auth_error')).toHaveLength(7)
	})

	it('[P4] a holder behind a line gone silent is replaced', async () => {
		const sessionId = await rows.session()
		const proxy = await tcpProxy(port)
		onTestFinished(() => proxy.close())
		const lost = await mod(sessionId, proxy.port)
		await until(() => lost.frames.length >= 3)
		lost.send(JSON.stringify({ type: 'status_update', igt_ms: 4_000, death_count: 1 }))
		await until(() => live.peek(sessionId)?.run.igtMs === 4_000)
		proxy.goSilent()
		const next = await mod(sessionId)
		await until(() => next.frames.length >= 3)
		expect(next.frames[0]).toMatchObject({
			type: 'auth_ok',
			participants: [{ igt_ms: 4_000, death_count: 1 }],
		})
		expect(live.peek(sessionId)).toMatchObject({ modConnected: true })
	})

	it('[P6] a holder behind a line gone silent is closed after 75 s', async () => {
		const sessionId = await rows.session()
		const proxy = await tcpProxy(port)
		onTestFinished(() => proxy.close())
		const lost = await mod(sessionId, proxy.port)
		await until(() => lost.frames.length >= 3)
		proxy.goSilent()
		clock.run(50)
		onTestFinished(() => clock.run(4))
		await until(() => !live.peek(sessionId)?.modConnected)
	})

	it('[P31] a frame over 16 KiB closes the connection 1009; one of 16 KiB does not', async () => {
		const sessionId = await rows.session()
		const client = await mod(sessionId)
		await until(() => client.frames.length >= 3)
		client.send('x'.repeat(16 * 1024))
		await until(() => client.frames.length >= 4)
		expect(client.frames[3]).toMatchObject({ type: 'error' })
		client.send('x'.repeat(16 * 1024 + 1))
		expect(await client.closed).toBe(1009)
		await until(() => !live.peek(sessionId)?.modConnected)
	})

	it('[P22] what was sent before the answer to a close frame is applied', async () => {
		const sessionId = await rows.session()
		const client = await mod(sessionId)
		await until(() => client.frames.length >= 3)
		const sending = setInterval(() => {
			if (client.readyState === WebSocket.OPEN)
				client.send(JSON.stringify({ type: 'status_update', igt_ms: 9_000, death_count: 0 }))
		}, 1)
		onTestFinished(() => clearInterval(sending))
		expect(await live.abandon(sessionId)).toBe('abandoned')
		expect(await client.closed).toBe(1000)
		expect(client.frames.slice(-2)).toMatchObject([
			{ type: 'race_status_change', status: 'abandoned' },
			{ type: 'leaderboard_update', participants: [{ status: 'abandoned' }] },
		])
	})

	it('[P53] a spectator that does not read is dropped; others and the mod are served on', async () => {
		const sessionId = await rows.session()
		const watch = `/ws/training/${sessionId}/spectate`
		const cookie = { headers: { cookie: 'me=1' } }
		const [slow, quick] = [
			await auth(watch, { type: 'auth' }, port, cookie),
			await auth(watch, { type: 'auth' }, port, cookie),
		]
		await until(() => slow.frames.length > 0 && quick.frames.length > 0)
		slow.pause()
		const client = await mod(sessionId)
		await until(() => client.frames.length >= 3)
		client.send(JSON.stringify({ type: 'event_flag', flag_id: graph.flag('quay', 'abbey'), igt_ms: 1_000 }))
		await until(() => client.frames.length >= 5)
		// Each move makes the list of visits longer, until more waits than the system takes off our hands.
		let moves = 0
		const answers = () => client.frames.filter(({ type }) => type === 'zone_update').length - 2
		await until(() => {
			if (live.size.sockets < 3) return true
			for (; moves < answers() + 100; moves++) {
				const map = moves % 2 ? 'm90_02_00_00' : 'm90_00_00_00'
				client.send(JSON.stringify({ type: 'zone_query', map_id: map }))
			}
			return false
		})
		await until(() => answers() === moves)
		const shown = () => quick.frames.at(-1)?.['participants'] as { visits: unknown[] }[]
		await until(() => shown()[0]!.visits.length === moves + 2)
		expect([client.readyState, quick.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN])
	})
})

describe('an upgrade', () => {
	it.each(['/', '/ws', '/ws/training', '/ws/training/a/b', '/ws/training/a/spectate/c'])(
		'to %s finds nothing',
		async (path) => {
			expect(await refusal(path)).toMatchObject({ status: 404 })
		},
	)

	it('from a page of another site is refused, from our own and from a program it is not', async () => {
		const path = `/ws/training/${await rows.session()}/spectate`
		const from = (origin: string) => ({ headers: { origin } })
		for (const origin of ['https://evil.example', `http://localhost:${port + 1}`, 'null'])
			expect(await refusal(path, from(origin))).toMatchObject({ status: 403 })
		for (const origin of [`http://localhost:${port}`, `http://127.0.0.1:${port}`]) {
			const client = dial(path, from(origin))
			await new Promise((resolve) => client.on('open', resolve))
		}
	})

	it('for another host is refused with a problem document', async () => {
		const { status, body } = await refusal('/ws/training/a', { headers: { host: 'evil.example' } })
		expect(status).toBe(421)
		expect(JSON.parse(body)).toMatchObject({ status: 421, title: 'Misdirected Request' })
	})

	it('is refused with 429 when a user or an address has too many', async () => {
		const path = `/ws/training/${await rows.session()}/spectate`
		const mine = { headers: { cookie: 'me=1' } }
		await until(() => upgrades.count === 0)
		const open = async (options: ClientOptions) => {
			const client = dial(path, options)
			await new Promise((resolve) => client.on('open', resolve))
			return client
		}
		const clients = [await open(mine), await open(mine), await open(mine)]
		expect(await refusal(path, mine)).toMatchObject({ status: 429 })
		clients[0]!.terminate()
		await until(() => upgrades.count === 2)
		await open(mine)
		for (let count = 3; count < 30; count++) await open({})
		expect(await refusal(path)).toMatchObject({ status: 429 })
	})
})
