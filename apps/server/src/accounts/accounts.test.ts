import type { CreatedApiToken, Device, Me } from '@speedfog/core/protocol/accounts'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testApp } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'
import { findByCookie } from './accounts.ts'

const DAY_MS = 86_400_000
const OWN = 'http://localhost:8000'
let now = Date.parse('2026-11-22T17:00:00Z')
let server: TestApp

beforeAll(async () => {
	server = await testApp({ clock: () => now })
})
afterAll(() => server.close())

const signInAs = (name: string, headers = {}) =>
	server.call({ method: 'POST', url: '/api/auth/local', body: { name }, headers })
const cookieOf = (answer: { headers: Record<string, unknown> }) => String(answer.headers['set-cookie'])
const me = (headers: Record<string, string>) => server.call({ url: '/api/auth/me', headers })

describe('a local sign-in', () => {
	it('makes an account and a device session, by cookie and by token', async () => {
		const answer = await signInAs('Anna')
		expect(answer.statusCode).toBe(200)
		const { user, token } = answer.json<{ user: Me; token: string }>()
		expect(user).toEqual({
			id: expect.any(String) as string,
			twitch_username: 'Anna',
			twitch_display_name: null,
			twitch_avatar_url: null,
			is_admin: false,
			created_at: new Date(now).toISOString(),
			overlay_settings: {
				font_size: 18,
				background_color: '#141414',
				background_opacity: 0.3,
				text_color: '#FFFFFF',
				text_disabled_color: '#808080',
				show_border: false,
				border_color: '#404040',
			},
		})
		expect(cookieOf(answer)).toBe(
			`speedfog_session=${token}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax`,
		)
		expect(Buffer.from(token, 'base64url').length).toBe(32)
		expect((await me({ cookie: `speedfog_session=${token}` })).json()).toEqual(user)
		expect((await me({ authorization: `Bearer ${token}` })).json()).toEqual(user)
		expect((await server.call({ url: '/api/users/me', as: token })).json()).toEqual(user)
	})

	it('is the same account whatever the case of the name, also when two come at once', async () => {
		const names = ['Bob', 'bob', 'BOB', 'bOb']
		const users = await Promise.all(
			names.map(async (name) => (await signInAs(name)).json<{ user: Me }>().user),
		)
		expect(new Set(users.map(({ id }) => id)).size).toBe(1)
	})

	it('keeps only a hash of the token', async () => {
		const token = await server.signIn('Carl')
		const { rows } = await server.db.pool.query<{ text: string; hash: Buffer }>(
			'select hash, tokens::text as text from tokens',
		)
		expect(rows.some(({ hash }) => hash.equals(createHash('sha256').update(token).digest()))).toBe(true)
		expect(rows.some(({ text }) => text.includes(token))).toBe(false)
		expect(JSON.stringify(server.lines)).not.toContain(token)
	})

	it.each(['', 'a'.repeat(26), 'ann a', 'anná', '../x', "o'neil", '__proto__.x'])(
		'refuses the name "%s"',
		async (name) => {
			const answer = await signInAs(name)
			expect(answer.statusCode).toBe(422)
			expect(answer.json()).toMatchObject({ errors: [{ path: 'name' }] })
		},
	)

	it('knows the admins by their names without case', async () => {
		expect((await signInAs('ROOT')).json()).toMatchObject({ user: { is_admin: true } })
	})

	it('ends what the same browser was signed in by, of whomever', async () => {
		const before = await server.signIn('Lea')
		const elsewhere = await server.signIn('Lea')
		const after = await signInAs('Mia', { cookie: `speedfog_session=${before}`, origin: OWN })
		expect(after.statusCode).toBe(200)
		expect((await me({ authorization: `Bearer ${before}` })).statusCode).toBe(401)
		expect((await me({ authorization: `Bearer ${elsewhere}` })).statusCode).toBe(200)
	})

	it('is refused from another site', async () => {
		expect((await signInAs('Anna', { origin: 'https://evil.example' })).statusCode).toBe(403)
		expect((await signInAs('Anna', { origin: OWN })).statusCode).toBe(200)
	})
})

describe('a token', () => {
	it('opens nothing when it is wrong, cut, empty or of another scheme', async () => {
		const token = await server.signIn('Dora')
		const wrong = [
			'',
			'Bearer',
			'Bearer ',
			`Bearer ${token.slice(1)}`,
			`Bearer ${token}x`,
			`Basic ${token}`,
			token,
		]
		for (const authorization of wrong) {
			const answer = await me({ authorization })
			expect(answer.statusCode).toBe(401)
			expect(answer.headers['www-authenticate']).toBe('Bearer')
		}
	})

	it('that is wrong is not helped by a good cookie', async () => {
		const token = await server.signIn('Dora')
		expect(
			(await me({ authorization: 'Bearer wrong', cookie: `speedfog_session=${token}` })).statusCode,
		).toBe(401)
	})

	it('of a device ends after thirty days without use, and any use begins them anew', async () => {
		const token = await server.signIn('Emil')
		const start = now
		for (const day of [29, 58, 87]) {
			now = start + day * DAY_MS
			const answer = await me({ cookie: `speedfog_session=${token}` })
			expect(answer.statusCode).toBe(200)
			expect(cookieOf(answer)).toContain('Max-Age=2592000')
		}
		now = start + (87 + 30) * DAY_MS
		expect((await me({ cookie: `speedfog_session=${token}` })).statusCode).toBe(401)
		expect(await findByCookie(server.deps, `speedfog_session=${token}`)).toBeUndefined()
	})

	it('has its use noted at most once a minute', async () => {
		const token = await server.signIn('Fritz')
		const lastUsed = async () => {
			const { rows } = await server.db.pool.query<{ last_used_at: Date }>(
				"select last_used_at from tokens t join users u on u.id = t.user_id where u.name = 'Fritz'",
			)
			return rows[0]!.last_used_at.getTime()
		}
		const start = now
		now = start + 59_000
		expect((await me({ cookie: `speedfog_session=${token}` })).headers['set-cookie']).toBeUndefined()
		expect(await lastUsed()).toBe(start)
		now = start + 60_000
		await me({ cookie: `speedfog_session=${token}` })
		expect(await lastUsed()).toBe(now)
	})

	it('of an account of another kind of sign-in is worth nothing', async () => {
		const token = await server.signIn('Gita')
		await server.db.pool.query("update users set provider = 'twitch' where name = 'Gita'")
		expect((await me({ authorization: `Bearer ${token}` })).statusCode).toBe(401)
	})

	it('for the API is shown once, listed without its secret, and gone when revoked', async () => {
		const device = await server.signIn('Hans')
		const made = await server.call({
			method: 'POST',
			url: '/api/auth/tokens',
			as: device,
			body: { label: ' my script ' },
		})
		expect(made.statusCode).toBe(201)
		const { id, label, token } = made.json<CreatedApiToken>()
		expect(label).toBe('my script')
		const list = await server.call({ url: '/api/auth/tokens', as: token })
		expect(list.json()).toEqual([
			{ id, label, created_at: new Date(now).toISOString(), last_used_at: new Date(now).toISOString() },
		])
		// A cookie is a device's: a token for scripts in it opens nothing.
		expect((await me({ cookie: `speedfog_session=${token}` })).statusCode).toBe(401)
		now += 400 * DAY_MS
		expect((await me({ authorization: `Bearer ${token}` })).statusCode).toBe(200)
		const gone = await server.call({ method: 'DELETE', url: `/api/auth/tokens/${id}`, as: token })
		expect([gone.statusCode, gone.body]).toEqual([204, ''])
		expect((await me({ authorization: `Bearer ${token}` })).statusCode).toBe(401)
	})
})

describe('tokens for the API', () => {
	const make = (as: string, label: string) =>
		server.call({ method: 'POST', url: '/api/auth/tokens', as, body: { label } })

	it.each(['a\u0000b', 'a\nb', '\ud800', ' ', 'x'.repeat(101)])('have no label like %j', async (label) => {
		expect((await make(await server.signIn('Nora'), label)).statusCode).toBe(422)
	})

	it('are a hundred at most', async () => {
		const device = await server.signIn('Otto')
		expect((await make(device, 'Größe 🎮')).statusCode).toBe(201)
		await server.db.pool.query(
			`insert into tokens (id, user_id, kind, label, hash)
			select gen_random_uuid(), id, 'api', n, sha256(('otto' || n)::bytea)
			from users, generate_series(2, 100) n where name = 'Otto'`,
		)
		const answer = await make(device, 'one more')
		expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
			409,
			'You have 100 tokens. Revoke one first.',
		])
	})
})

describe('devices', () => {
	it('are listed by what people call them, and signed out one by one', async () => {
		const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36'
		const first = (await signInAs('Ida', { 'user-agent': agent })).json<{ token: string }>().token
		now += 1000
		const second = (await signInAs('Ida', { 'user-agent': 'curl/8.0' })).json<{ token: string }>().token
		const devices = (await server.call({ url: '/api/auth/sessions', as: second })).json<Device[]>()
		expect(devices.map(({ label, current }) => [label, current])).toEqual([
			['curl', true],
			['Chrome on Windows', false],
		])
		const gone = await server.call({
			method: 'DELETE',
			url: `/api/auth/sessions/${devices[1]!.id}`,
			as: second,
		})
		expect(gone.statusCode).toBe(204)
		expect((await me({ authorization: `Bearer ${first}` })).statusCode).toBe(401)
		expect((await me({ authorization: `Bearer ${second}` })).statusCode).toBe(200)
	})

	it('sign out only themselves', async () => {
		const [here, there] = [await server.signIn('Jan'), await server.signIn('Jan')]
		const headers = { cookie: `speedfog_session=${here}`, origin: OWN }
		const answer = await server.call({ method: 'POST', url: '/api/auth/logout', headers })
		expect(answer.statusCode).toBe(204)
		expect(cookieOf(answer)).toMatch(/^speedfog_session=; .*Expires=Thu, 01 Jan 1970/)
		expect((await me({ authorization: `Bearer ${here}` })).statusCode).toBe(401)
		expect((await me({ authorization: `Bearer ${there}` })).statusCode).toBe(200)
	})

	it('are recognised by the cookie of a WebSocket upgrade', async () => {
		const token = await server.signIn('Kai')
		const find = (cookie: string | undefined) => findByCookie(server.deps, cookie)
		expect(await find(`a=b; speedfog_session=${token}; c=d`)).toEqual({
			userId: (await me({ authorization: `Bearer ${token}` })).json<{ id: string }>().id,
			tokenHash: createHash('sha256').update(token).digest(),
		})
		expect(await find(`xspeedfog_session=${token}`)).toBeUndefined()
		expect(await find(undefined)).toBeUndefined()
	})
})

describe('overlay settings', () => {
	it('are changed one by one and stay otherwise', async () => {
		const as = await server.signIn('Lea')
		const change = (body: unknown) =>
			server.call({ method: 'PATCH', url: '/api/users/me/settings', as, body })
		expect((await change({ font_size: 24 })).json()).toMatchObject({ overlay_settings: { font_size: 24 } })
		const answer = await change({ text_color: '#00ff00', show_border: true })
		expect(answer.json()).toMatchObject({
			overlay_settings: { font_size: 24, text_color: '#00ff00', show_border: true, border_color: '#404040' },
		})
	})

	it.each([
		[{ font_size: 7.9 }, 'font_size'],
		[{ font_size: 73 }, 'font_size'],
		[{ font_size: '18' }, 'font_size'],
		[{ text_color: 'red"\n[server]' }, 'text_color'],
		[{ background_opacity: 2 }, 'background_opacity'],
		[{ fontsize: 12 }, ''],
		[[], ''],
		[null, ''],
	])('are refused when they are %j', async (body, path) => {
		const as = await server.signIn('Lea')
		const answer = await server.call({ method: 'PATCH', url: '/api/users/me/settings', as, body })
		expect(answer.statusCode).toBe(422)
		expect(answer.json()).toMatchObject({ errors: [{ path }] })
	})
})
