import { Export } from '@speedfog/core/protocol/export'
import { setTimeout as sleep } from 'node:timers/promises'
import { uuidv7 } from 'uuidv7'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { startTestServer } from '#testing.ts'
import type { TestServer } from '#testing.ts'

type User = Awaited<ReturnType<TestServer['signIn']>>

let server: TestServer
const secretKey = 'k'.repeat(40)

beforeAll(async () => {
	server = await startTestServer({ env: { SECRET_KEY: secretKey } })
})
afterAll(() => server.close())

async function call(method: string, path: string, { token }: User, body?: unknown): Promise<Response> {
	const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
	return fetch(`${server.url}${path}`, {
		method,
		headers,
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	})
}

async function start(user: User): Promise<string> {
	return ((await (await call('POST', '/api/training', user)).json()) as { id: string }).id
}

type Client = { socket: WebSocket; frames: Record<string, unknown>[]; closed: Promise<number> }

async function dial(path: string, auth: object): Promise<Client> {
	const socket = new WebSocket(`${server.wsUrl}${path}`)
	onTestFinished(() => socket.terminate())
	const frames: Record<string, unknown>[] = []
	socket.on('message', (data: Buffer) => void frames.push(JSON.parse(data.toString())))
	socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', ...auth })))
	const closed = new Promise<number>((resolve) => socket.on('close', resolve))
	while (frames.length === 0 && socket.readyState !== WebSocket.CLOSED) await sleep(10)
	return { socket, frames, closed }
}

async function connectMod(user: User, id: string): Promise<Client> {
	const pack = await (await call('GET', `/api/training/${id}/pack`, user)).text()
	return dial(`/ws/training/${id}`, { mod_token: /mod_token = "([^"]+)"/.exec(pack)![1]! })
}

async function rowsOf(userId: string): Promise<number> {
	const { rows } = await server.db.pool.query<{ count: number }>(
		`select (select count(*) from users where id = $1)
			+ (select count(*) from tokens where user_id = $1)
			+ (select count(*) from training_sessions where user_id = $1)
			+ (select count(*) from visits v left join training_sessions s on s.id = v.session_id where s.id is null)
			+ (select count(*) from run_events e left join training_sessions s on s.id = e.session_id where s.id is null)
			as count`,
		[userId],
	)
	return rows[0]!.count
}

describe('an export', () => {
	it('is one JSON archive of everything that is mine, and of nothing else', async () => {
		const anna = await server.signIn('Anna')
		const secret = (await (await call('POST', '/api/auth/tokens', anna, { label: 'script' })).json()) as {
			token: string
		}
		const id = await start(anna)
		const mod = await connectMod(anna, id)
		mod.socket.send(JSON.stringify({ type: 'status_update', igt_ms: 1000, death_count: 2 }))
		const link = (await (await call('PUT', `/api/training/${id}/share`, anna)).json()) as { url: string }
		await call('POST', `/api/training/${id}/abandon`, anna)
		const other = await server.signIn('Other')
		await start(other)

		const answer = await call('GET', '/api/users/me/export', anna)
		expect(answer.status).toBe(200)
		expect(answer.headers.get('content-disposition')).toBe(
			'attachment; filename="speedfog_training_Anna.json"',
		)
		const text = await answer.text()
		const data = Export.parse(JSON.parse(text))
		expect(data.user).toMatchObject({ id: anna.id, name: 'Anna', provider: 'local' })
		expect([data.devices.length, data.api_tokens.map(({ label }) => label)]).toEqual([1, ['script']])
		expect(data.sessions).toMatchObject([
			{ id, status: 'abandoned', igt_ms: 1000, deaths: 2, shared: true, pool_name: 'training_standard' },
		])
		expect(data.sessions[0]!.visits).toMatchObject([{ seq: 0, igt_ms: 0, flag_id: null }])
		expect(data.sessions[0]!.events.map(({ kind }) => kind)).toContain('abandon')
		expect(JSON.parse(text)).toEqual(data)
		for (const hidden of [anna.token, secret.token, link.url.split('#')[1]!, other.id, secretKey])
			expect(text).not.toContain(hidden)
	})

	it('has every column that is kept of a user, but for secrets and what servers note for themselves', async () => {
		const { rows } = await server.db.pool.query<{ name: string; columns: string[] }>(
			`select table_name::text as name, array_agg(column_name::text) as columns
			from information_schema.columns where table_schema = 'public' group by table_name`,
		)
		const { user, devices, sessions } = Export.shape
		const session = sessions.element.shape
		const exported: Record<string, string[]> = {
			users: Object.keys(user.shape),
			tokens: [...Object.keys(devices.element.shape), 'user_id', 'kind', 'hash'],
			training_sessions: [...Object.keys(session), 'user_id', 'share_hash', 'mod_holder', 'mod_fence'],
			visits: [...Object.keys(session.visits.element.shape), 'session_id'],
			run_events: [...Object.keys(session.events.element.shape), 'session_id'],
		}
		const ofNobody = ['seeds', 'migrations', 'replicas']
		const missing = rows
			.filter(({ name }) => !ofNobody.includes(name))
			.flatMap(({ name, columns }) => columns.map((column) => ({ name, column })))
			.filter(({ name, column }) => !exported[name]?.includes(column))
		expect(missing).toEqual([])
	})

	it('of many runs comes in pages, each run once and the newest first', async () => {
		const bob = await server.signIn('Bob')
		const { rows } = await server.db.pool.query<{ id: string }>('select id from seeds limit 1')
		const ids = Array.from({ length: 120 }, () => uuidv7())
		await server.db.pool.query(
			`insert into training_sessions (id, user_id, seed_id, status, created_at)
			select id, $2, $3, 'finished', timestamptz '2026-01-01' + (number / 3) * interval '1 minute'
			from unnest($1::uuid[]) with ordinality as made (id, number)`,
			[ids, bob.id, rows[0]!.id],
		)
		const data = Export.parse(await (await call('GET', '/api/users/me/export', bob)).json())
		expect(data.sessions.map((session) => session.id)).toEqual(ids.toReversed())
	})
})

describe('deleting an account', () => {
	it.each([{}, { confirm: '' }, { confirm: 'Clara' }, { confirm: null }, undefined])(
		'is refused when it is confirmed by %j',
		async (body) => {
			const carl = await server.signIn('Carl')
			expect((await call('DELETE', '/api/users/me', carl, body)).status).toBe(422)
			expect((await call('GET', '/api/users/me', carl)).status).toBe(200)
		},
	)

	it('tells the games of runs under way, closes their sockets, and leaves nothing behind', async () => {
		const dora = await server.signIn('Dora')
		const [active, over] = [await start(dora), await start(dora)]
		await call('POST', `/api/training/${over}/abandon`, dora)
		const mod = await connectMod(dora, active)
		mod.socket.send(JSON.stringify({ type: 'status_update', igt_ms: 1000, death_count: 0 }))
		const watching = [
			await dial(`/ws/training/${active}/spectate`, { token: dora.token }),
			await dial(`/ws/training/${over}/spectate`, { token: dora.token }),
		]
		const erik = await server.signIn('Erik')
		const kept = await start(erik)
		const other = await dial(`/ws/training/${kept}/spectate`, { token: erik.token })

		const answer = await call('DELETE', '/api/users/me', dora, { confirm: ' dora ' })
		expect([answer.status, await answer.text()]).toEqual([204, ''])
		expect(answer.headers.get('set-cookie')).toMatch(/^speedfog_session=; .*Expires=Thu, 01 Jan 1970/)
		expect(await mod.closed).toBe(1000)
		expect(mod.frames).toContainEqual(
			expect.objectContaining({ type: 'race_status_change', status: 'abandoned' }),
		)
		for (const { closed } of watching) expect(await closed).toBe(4004)
		expect(watching[0]!.frames.map(({ type }) => type)).toContain('race_status_change')
		expect(await rowsOf(dora.id)).toBe(0)
		expect((await call('GET', '/api/auth/me', dora)).status).toBe(401)
		expect(other.socket.readyState).toBe(WebSocket.OPEN)
		expect((await call('GET', `/api/training/${kept}`, erik)).status).toBe(200)
		const anew = await server.signIn('Dora')
		expect(anew.id).not.toBe(dora.id)
		expect(await (await call('GET', '/api/training', anew)).json()).toEqual([])
	})
})
