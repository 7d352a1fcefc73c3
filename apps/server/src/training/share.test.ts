import type { Device } from '@speedfog/core/protocol/accounts'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { startTestServer } from '#testing.ts'
import type { TestServer } from '#testing.ts'
import { mayWatch } from './access.ts'

type User = Awaited<ReturnType<TestServer['signIn']>>

let server: TestServer
let owner: User
let run: string

beforeAll(async () => {
	server = await startTestServer()
	owner = await server.signIn('Owner')
	run = await start()
})
afterAll(() => server.close())

async function call(method: string, path: string, { token } = owner, body?: object): Promise<Response> {
	const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
	return fetch(`${server.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
}

async function start(): Promise<string> {
	const answer = await call('POST', '/api/training')
	return ((await answer.json()) as { id: string }).id
}

/** A new link; its token. */
async function share(id = run): Promise<string> {
	const answer = await call('PUT', `/api/training/${id}/share`)
	expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
	const { url } = (await answer.json()) as { url: string }
	const [page, token] = url.split('#')
	expect(page).toBe(`${server.url}/watch/${id}`)
	return token!
}

type Watching = { socket: WebSocket; first: Promise<string>; closed: Promise<number> }

/** A socket that has sent its auth; `first` is the type of what it is told first. */
function watch(token: string | undefined, { id = run, headers = {} } = {}): Watching {
	const socket = new WebSocket(`${server.wsUrl}/ws/training/${id}/spectate`, { headers })
	onTestFinished(() => socket.terminate())
	socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', ...(token ? { token } : {}) })))
	const closed = new Promise<number>((resolve) => socket.on('close', resolve))
	const message = new Promise<string>((resolve) => {
		socket.once('message', (data: Buffer) => resolve((JSON.parse(data.toString()) as { type: string }).type))
	})
	return { socket, first: Promise.race([message, closed.then((code) => `closed ${code}`)]), closed }
}

describe('a link to a run', () => {
	it('[P50] lets anybody watch who has it, without an account', async () => {
		const token = await share()
		expect(Buffer.from(token, 'base64url').length).toBe(16)
		expect(await watch(token).first).toBe('race_state')
		expect(await watch(undefined).first).toBe('closed 4003')
		expect(await watch(`${token}x`).first).toBe('closed 4003')
	})

	it('is told of to the owner, without what it opens with', async () => {
		const shown = async () =>
			(await (await call('GET', `/api/training/${run}`)).json()) as { shared: boolean }
		const token = await share()
		expect((await shown()).shared).toBe(true)
		expect(JSON.stringify(await shown())).not.toContain(token)
		await call('DELETE', `/api/training/${run}/share`)
		expect((await shown()).shared).toBe(false)
	})

	it('[P50] opens that run alone, and nothing but watching', async () => {
		const [token, other] = [await share(), await start()]
		expect(await watch(token, { id: other }).first).toBe('closed 4003')
		for (const path of [`/api/training/${run}`, `/api/training/${run}/pack`, '/api/auth/me'])
			expect((await call('GET', path, { ...owner, token })).status).toBe(401)
		const mod = new WebSocket(`${server.wsUrl}/ws/training/${run}`)
		onTestFinished(() => mod.terminate())
		mod.on('open', () => mod.send(JSON.stringify({ type: 'auth', mod_token: token })))
		expect(await new Promise((resolve) => mod.on('close', resolve))).toBe(4003)
	})

	it('[P50] that is made anew ends the one before, also for those who watch by it', async () => {
		const old = await share()
		const [guest, byCookie, byToken] = [
			watch(old),
			watch(undefined, { headers: { cookie: owner.cookie } }),
			watch(owner.token),
		]
		for (const { first } of [guest, byCookie, byToken]) expect(await first).toBe('race_state')
		const token = await share()
		expect(await guest.closed).toBe(4003)
		expect(await watch(old).first).toBe('closed 4003')
		expect(await watch(token).first).toBe('race_state')
		expect([byCookie.socket.readyState, byToken.socket.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN])
	})

	it('[P50] that is taken back leads nowhere, at once and later', async () => {
		const token = await share()
		const guests = [watch(token), watch(token)]
		for (const { first } of guests) expect(await first).toBe('race_state')
		expect((await call('DELETE', `/api/training/${run}/share`)).status).toBe(204)
		for (const { closed } of guests) expect(await closed).toBe(4003)
		expect(await watch(token).first).toBe('closed 4003')
		expect((await call('DELETE', `/api/training/${run}/share`)).status).toBe(204)
	})

	it('[P50] that ends while somebody is being let in is not overlooked', async () => {
		for (let round = 0; round < 5; round++) {
			const token = await share()
			const guest = watch(token)
			await new Promise((resolve) => guest.socket.on('open', resolve))
			await call('DELETE', `/api/training/${run}/share`)
			expect(await guest.closed).toBe(4003)
		}
	})

	it('is nobody else’s to make or to end, and works for a run that is over', async () => {
		const other = await server.signIn('Other')
		for (const method of ['PUT', 'DELETE'])
			expect((await call(method, `/api/training/${run}/share`, other)).status).toBe(403)
		const over = await start()
		await call('POST', `/api/training/${over}/abandon`)
		expect(await watch(await share(over), { id: over }).first).toBe('race_state')
	})

	it('is kept as a hash only', async () => {
		const token = await share()
		const { rows } = await server.db.pool.query<{ text: string; hash: Buffer }>(
			'select s::text as text, share_hash as hash from training_sessions s where id = $1',
			[run],
		)
		expect(rows[0]!.text).not.toContain(token)
		expect(mayWatch({ userId: owner.id, shareHash: rows[0]!.hash }, null, token)).toBe(true)
	})
})

describe('a run that is watched', () => {
	it('[P50] is seen no more by a device that is signed out or a program whose token is revoked', async () => {
		const [gone, stays] = [await server.signIn('Owner'), await server.signIn('Owner')]
		const { token: program, id } = (await (
			await call('POST', '/api/auth/tokens', stays, { label: 'watch' })
		).json()) as { token: string; id: string }
		const cookie = (user: User) => watch(undefined, { headers: { cookie: user.cookie } })
		const [byDevice, byProgram, byOther] = [cookie(gone), watch(program), cookie(stays)]
		const waiting = new WebSocket(`${server.wsUrl}/ws/training/${run}/spectate`, {
			headers: { cookie: gone.cookie },
		})
		const refused = new Promise((resolve) => waiting.on('close', resolve))
		await new Promise((resolve) => waiting.on('open', resolve))
		for (const { first } of [byDevice, byProgram, byOther]) expect(await first).toBe('race_state')
		const devices = (await (await call('GET', '/api/auth/sessions', gone)).json()) as Device[]
		const device = devices.find(({ current }) => current)!
		expect((await call('DELETE', `/api/auth/sessions/${device.id}`, stays)).status).toBe(204)
		expect([await byDevice.closed, await refused]).toEqual([4003, 4003])
		expect((await call('DELETE', `/api/auth/tokens/${id}`, stays)).status).toBe(204)
		expect(await byProgram.closed).toBe(4003)
		expect(byOther.socket.readyState).toBe(WebSocket.OPEN)
		expect((await call('POST', '/api/auth/logout', stays)).status).toBe(204)
		expect(await byOther.closed).toBe(4003)
	})
})
