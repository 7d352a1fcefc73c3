import { buildGraph } from '@speedfog/core/graph/testing'
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket as TcpSocket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { systemClock } from '../clock.ts'
import { createHandClock } from '../testing/hand-clock.ts'
import { openTinyServer, type TinyServer, type TinyServerOptions } from '../testing/tiny-server.ts'
import { openLink, type Link, type LinkState } from './link.ts'
import type { PlayFrame } from './socket.ts'

/** A busy machine is no reason to fail. */
const PATIENCE = { timeout: 15_000 }
const { graph } = buildGraph({ layers: [['quay'], ['grotto'], ['crown']] })
const closing: (() => unknown)[] = []
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close()
})

async function serve(options: Partial<TinyServerOptions> = {}): Promise<TinyServer> {
	const server = await openTinyServer({ graph, ...options })
	closing.push(() => server.close())
	return server
}

function connect(url: string, clock = createHandClock()) {
	const states: LinkState[] = []
	const frames: PlayFrame[] = []
	const link: Link = openLink(
		{
			url: `${url}/ws/training/x`,
			auth: { mod_token: 'secret', client: { name: 'test', version: '1', features: ['ack'] } },
			clock,
			random: () => 0.5,
		},
		{ onState: (state) => states.push(state), onFrame: (frame) => frames.push(frame) },
	)
	closing.push(() => link.close())
	const last = () => states.at(-1) as LinkState
	const reach = (state: LinkState['state']) => vi.waitFor(() => expect(last().state).toBe(state), PATIENCE)
	return { link, clock, states, frames, last, reach }
}

describe('a link', () => {
	it('sends the token first and is live after the greeting', async () => {
		const server = await serve()
		const { reach, last, frames } = connect(server.url)
		await reach('live')
		expect(server.auths).toEqual([
			{ type: 'auth', mod_token: 'secret', client: { name: 'test', version: '1', features: ['ack'] } },
		])
		expect(last()).toMatchObject({ greeting: { status: 'running', watch: { finishFlag: graph.finishFlag } } })
		await vi.waitFor(
			() => expect(frames.map(({ type }) => type)).toEqual(['race_start', 'zone_update', 'ack']),
			PATIENCE,
		)
	})

	it('[P6] answers a ping', async () => {
		const server = await serve()
		const { reach } = connect(server.url)
		await reach('live')
		const before = server.run.framesAtMs.length
		server.send({ type: 'ping' })
		await vi.waitFor(() => expect(server.run.framesAtMs.length).toBe(before + 1), PATIENCE)
	})

	it('[C9] comes back after 1, 2, 4 … seconds, and soon again once it was greeted', async () => {
		const server = await serve()
		const { reach, clock, last } = connect(server.url)
		await reach('live')
		await server.close()
		for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
			await reach('waiting')
			expect(last()).toMatchObject({ untilMs: clock.now() + waitMs, occupied: false })
			clock.pass(waitMs)
		}
	})

	it('[C9] starts the ladder anew after a greeting', async () => {
		const server = await serve()
		const { reach, clock, last } = connect(server.url)
		for (let round = 0; round < 3; round++) {
			await reach('live')
			server.cut()
			await reach('waiting')
			expect(last()).toMatchObject({ untilMs: clock.now() + 1_000 })
			clock.pass(1_000)
		}
	})

	it('[C8] takes its own connection, which an older server has not given up yet, for no other client', async () => {
		const message = 'Already connected from another client'
		const server = await serve({ refuse: (attempt) => (attempt > 1 ? { message, code: 4003 } : undefined) })
		const { reach, clock, last } = connect(server.url)
		await reach('live')
		server.cut()
		for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
			await reach('waiting')
			expect(last()).toMatchObject({ untilMs: clock.now() + waitMs, occupied: false })
			clock.pass(waitMs)
		}
		await reach('waiting')
		expect(last()).toMatchObject({ untilMs: clock.now() + 30_000, occupied: true })
	})

	it.each(['Invalid mod token or session', 'Training session is not active'])(
		'[C9] stops for good at "%s", with these words',
		async (message) => {
			const server = await serve({ refuse: () => ({ message, code: 4003 }) })
			const { reach, last, clock } = connect(server.url)
			await reach('stopped')
			expect(last()).toEqual({ state: 'stopped', why: message })
			clock.pass(600_000)
			expect(server.auths).toHaveLength(1)
		},
	)

	it('looks every 30 s where another client reports, and takes over when that one has gone', async () => {
		const message = 'Already connected from another client'
		const server = await serve({ refuse: (attempt) => (attempt < 3 ? { message, code: 4003 } : undefined) })
		const { reach, last, clock } = connect(server.url)
		await reach('waiting')
		expect(last()).toMatchObject({ occupied: true, why: message })
		for (let look = 2; look <= 3; look++) {
			await reach('waiting')
			expect(last()).toMatchObject({ untilMs: clock.now() + 30_000 })
			clock.pass(29_999)
			expect(last().state).toBe('waiting')
			clock.pass(1)
		}
		await reach('live')
	})

	it('[C9] finds within ten seconds that the other end is gone without a word', async () => {
		const server = await serve()
		const tunnel = await openTunnel(server.url)
		const { reach, clock, last } = connect(tunnel.url)
		await reach('live')
		await tunnel.answers(() => clock.pass(5_000))
		tunnel.block()
		clock.pass(5_000)
		expect(last().state).toBe('live')
		clock.pass(5_000)
		expect(last()).toMatchObject({ state: 'waiting', why: 'The connection was lost' })
	})

	it('[P6] leaves a server whose pings stopped a minute ago', async () => {
		const server = await serve()
		const tunnel = await openTunnel(server.url)
		const { reach, clock, last } = connect(tunnel.url)
		await reach('live')
		for (let seconds = 0; seconds < 60; seconds += 5) {
			await tunnel.answers(() => clock.pass(5_000))
			expect(last().state).toBe('live')
		}
		clock.pass(5_000)
		expect(last()).toMatchObject({ state: 'waiting', why: 'The server fell silent' })
	})

	it('gives up a server that never answers the auth', async () => {
		const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' })
		await new Promise((resolve) => wss.once('listening', resolve))
		closing.push(() => {
			for (const socket of wss.clients) socket.terminate()
			wss.close()
		})
		const arrived = new Promise((resolve) => wss.once('connection', resolve))
		const { reach, clock, last } = connect(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}`)
		await arrived
		clock.pass(10_000)
		await reach('waiting')
		expect(last()).toMatchObject({ why: 'The server did not answer' })
	})

	it('rests half a minute where the server says 429', async () => {
		const http: Server = createServer()
		http.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 429 Too Many Requests\r\n\r\n'))
		await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
		closing.push(() => http.close())
		const { reach, clock, last } = connect(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
		await reach('waiting')
		expect(last()).toMatchObject({ untilMs: clock.now() + 33_000, why: 'The server answered HTTP 429' })
	})

	it('says of a server whose greeting it cannot read what to do, and tries again', async () => {
		const strange = new WebSocketServer({ port: 0, host: '127.0.0.1' })
		await new Promise((resolve) => strange.once('listening', resolve))
		closing.push(() => strange.close())
		strange.on('connection', (socket) => socket.send('{"type":"auth_ok","race":{}}'))
		const { port } = strange.address() as AddressInfo
		const { reach, last } = connect(`ws://127.0.0.1:${port}`)
		await reach('waiting')
		expect(last()).toMatchObject({ why: expect.stringContaining('download the companion again') })
	})

	it('says in words that nobody answers', async () => {
		const { reach, last } = connect('ws://127.0.0.1:1')
		await reach('waiting')
		expect(last()).toMatchObject({ why: 'Nobody answers at the address of the server' })
	})

	it('closes for good when asked to', async () => {
		const server = await serve()
		const { reach, link, last } = connect(server.url, { ...systemClock } as ReturnType<
			typeof createHandClock
		>)
		await reach('live')
		link.close()
		expect(last()).toEqual({ state: 'stopped', why: '' })
	})
})

/** Carries bytes both ways until it is blocked; then it keeps both connections and carries nothing. */
async function openTunnel(toUrl: string) {
	const port = Number(new URL(toUrl).port)
	let blocked = false
	let answers = 0
	const ends: TcpSocket[] = []
	const tunnel = createTcpServer((near) => {
		const far = new (near.constructor as new () => TcpSocket)().connect(port, '127.0.0.1')
		ends.push(near, far)
		near.on('data', (bytes) => blocked || far.write(bytes)).on('error', () => {})
		far.on('data', (bytes) => blocked || (near.write(bytes) && answers++)).on('error', () => {})
	})
	await new Promise<void>((resolve) => tunnel.listen(0, '127.0.0.1', resolve))
	closing.push(() => {
		for (const end of ends) end.destroy()
		tunnel.close()
	})
	return {
		url: `ws://127.0.0.1:${(tunnel.address() as AddressInfo).port}`,
		/** Lets something happen, until the server has answered it and that was heard. */
		async answers(act: () => void) {
			const before = answers
			act()
			await vi.waitFor(() => expect(answers).toBeGreaterThan(before), PATIENCE)
			await new Promise((resolve) => setTimeout(resolve, 10))
		},
		block() {
			blocked = true
		},
	}
}
