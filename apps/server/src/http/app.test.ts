import { Problem } from '@speedfog/core/protocol/problem'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from './fastify.ts'
import { testApp } from './testing.ts'
import type { Call, TestApp } from './testing.ts'

const INLINE = '{ start("app") }'
let server: TestApp
let web: string

beforeAll(async () => {
	web = await mkdtemp(join(tmpdir(), 'speedfog-web-'))
	await mkdir(join(web, '_app/immutable'), { recursive: true })
	await writeFile(
		join(web, '200.html'),
		`<script>${INLINE}</script><script src="/x.js">no</script><p>all pages`,
	)
	await writeFile(join(web, 'index.html'), '<p>front page')
	await writeFile(join(web, '_app/immutable/a.js'), 'a()')
	await writeFile(join(web, '_app/immutable/a.js.br'), 'packed')
	await writeFile(join(web, 'robots.txt'), 'robots')
	await mkdir(join(web, 'training'))
	await writeFile(join(web, 'training.html'), '<p>all runs')
	await writeFile(join(web, 'training/_.html'), '<p>any run')
	server = await testApp({ options: { webFolder: web } })
})
afterAll(async () => {
	await server.close()
	await rm(web, { recursive: true })
})

function isProblem(answer: Awaited<ReturnType<TestApp['call']>>, status: number): Problem {
	expect(answer.statusCode).toBe(status)
	expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
	const problem = Problem.parse(answer.json())
	expect(problem.status).toBe(status)
	expect(answer.body).not.toMatch(/FST_|node_modules|\.ts:|\bat \//)
	return problem
}

/** What the server says to these bytes until it hangs up. */
async function exchange(sent: string): Promise<string> {
	if (!server.app.server.listening) await server.app.listen({ port: 0, host: '127.0.0.1' })
	const { port } = server.app.server.address() as { port: number }
	const socket = connect(port, '127.0.0.1')
	socket.write(sent)
	return text(socket)
}

describe('an error', () => {
	it('is a problem document for an unknown address', async () => {
		expect(isProblem(await server.call({ url: '/api/nothing' }), 404).title).toBe('Not Found')
		isProblem(await server.call({ url: '/api' }), 404)
		isProblem(await server.call({ method: 'POST', url: '/training' }), 404)
	})

	it('names the methods that an address takes', async () => {
		const answer = await server.call({ method: 'PUT', url: '/api/training' })
		isProblem(answer, 405)
		expect(String(answer.headers.allow).split(', ').sort()).toEqual(['GET', 'HEAD', 'POST'])
		isProblem(await server.call({ method: 'DELETE', url: '/health?x=1' }), 405)
		const id = '0190a1b2-0000-7000-8000-000000000001'
		expect((await server.call({ method: 'PATCH', url: `/api/training/${id}` })).headers.allow).toBe(
			'GET, HEAD',
		)
	})

	it.each<[string, Call, number]>([
		[
			'no JSON',
			{
				url: '/api/auth/local',
				method: 'POST',
				body: '{"name":',
				headers: { 'content-type': 'application/json' },
			},
			422,
		],
		[
			'an empty body',
			{ url: '/api/auth/local', method: 'POST', body: '', headers: { 'content-type': 'application/json' } },
			422,
		],
		[
			'prototype keys',
			{
				url: '/api/auth/local',
				method: 'POST',
				body: '{"__proto__":{"name":"x"}}',
				headers: { 'content-type': 'application/json' },
			},
			422,
		],
		['no body', { url: '/api/auth/local', method: 'POST' }, 422],
		[
			'a form',
			{
				url: '/api/auth/local',
				method: 'POST',
				body: 'name=x',
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
			},
			415,
		],
		[
			'plain text',
			{
				url: '/api/auth/local',
				method: 'POST',
				body: '{"name":"x"}',
				headers: { 'content-type': 'text/plain' },
			},
			415,
		],
		['a huge body', { url: '/api/auth/local', method: 'POST', body: { name: 'x'.repeat(70_000) } }, 413],
		['a bad escape in the address', { url: '/api/%zz' }, 400],
	])('is a problem document for %s', async (_, call, status) => {
		isProblem(await server.call(call), status)
	})

	it('of a deeply nested or odd body leaves the server as it was', async () => {
		const bodies = [
			'['.repeat(30_000),
			'{"name":{"a":{}}}',
			'[]',
			'null',
			'"x"',
			'1e999',
			'{"name":"\\ud800"}',
		]
		for (const body of bodies) {
			const headers = { 'content-type': 'application/json' }
			isProblem(await server.call({ method: 'POST', url: '/api/auth/local', body, headers }), 422)
		}
		expect((await server.call({ url: '/health' })).statusCode).toBe(200)
	})

	it('of ours is logged with its request id and not told', async () => {
		const id = (await server.db.pool.query<{ id: string }>('select gen_random_uuid() as id')).rows[0]!.id
		await server.db.pool.query('alter table tokens rename column label to label_away')
		const answer = await server.call({ url: '/api/auth/me', as: id })
		await server.db.pool.query('alter table tokens rename column label_away to label')
		const { detail } = isProblem(answer, 500)
		const line = server.lines.find(({ msg }) => msg === 'request failed')!
		expect(detail).toContain(line.reqId)
		expect(detail).not.toContain('label')
	})

	it.each([
		['is not HTTP', 'HELLO?\r\n\r\n', 400],
		['has too large a header', `GET / HTTP/1.1\r\nHost: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
	])('is told even to what %s', async (_, sent, status) => {
		const answer = await exchange(sent)
		expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
		expect(answer).toContain('application/problem+json')
	})
})

describe('a database that is away', () => {
	it('is told with 503 and when to try again, at once', async () => {
		const away = await testApp()
		const token = await away.signIn('Anna')
		await away.db.close()
		const before = performance.now()
		const answer = await away.call({ url: '/api/auth/me', as: token })
		expect(performance.now() - before).toBeLessThan(1000)
		isProblem(answer, 503)
		expect(answer.headers['retry-after']).toBe('5')
		const ready = await away.call({ url: '/ready' })
		expect(isProblem(ready, 503).detail).toBe('The database does not answer.')
		expect((await away.call({ url: '/health' })).statusCode).toBe(200)
		await away.close()
	})
})

describe.concurrent('is not waited for without end:', () => {
	it('a database that hangs', async () => {
		const token = await server.signIn('Anna')
		const blocker = await server.db.pool.connect()
		await blocker.query('begin')
		await blocker.query('lock table tokens in access exclusive mode')
		const answer = await server.call({ url: '/api/auth/me', as: token })
		await blocker.query('rollback')
		blocker.release()
		expect(isProblem(answer, 503).detail).toMatch(/Please try again/)
		expect(answer.headers['retry-after']).toBe('5')
	})

	it('a client in the middle of what it sends, which is no fault of ours', async () => {
		const head = 'POST /api/auth/local HTTP/1.1\r\nHost: localhost:8000\r\nContent-Type: application/json'
		const answer = await exchange(`${head}\r\nContent-Length: 20\r\n\r\n{`)
		expect(answer).toMatch(/^HTTP\/1\.1 408 /)
		const failed = server.lines.filter(({ msg }) => msg === 'request failed')
		expect(JSON.stringify(failed)).not.toContain('/api/auth/local')
	})
})

describe('a database that goes away while it is asked', () => {
	it('leaves open whether a change was made, and the answer says so', async () => {
		const token = await server.signIn('Anna')
		const blocker = await server.db.pool.connect()
		await blocker.query('begin')
		await blocker.query('lock table users in share mode')
		const body = { font_size: 20 }
		const answer = server.call({ method: 'PATCH', url: '/api/users/me/settings', as: token, body })
		const end = `
			select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and wait_event_type = 'Lock'`
		await expect.poll(async () => (await blocker.query(end)).rowCount).toBe(1)
		await blocker.query('rollback')
		blocker.release()
		expect(isProblem(await answer, 503).detail).toMatch(/may have been made/)
	})
})

describe('health', () => {
	it('tells the version, and readiness which part is missing', async () => {
		expect((await server.call({ url: '/health' })).json()).toEqual({
			status: 'ok',
			version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
		})
		// A database that has much to do may take longer to answer than readiness waits.
		await expect
			.poll(async () => (await server.call({ url: '/ready' })).statusCode, { timeout: 20_000 })
			.toBe(200)
		const broken = { name: 'Redis', ask: () => Promise.reject(new Error('gone')) }
		let isStopping = false
		const other = await testApp({ options: { parts: [broken], isStopping: () => isStopping } })
		expect(isProblem(await other.call({ url: '/ready' }), 503).detail).toBe('The Redis does not answer.')
		isStopping = true
		expect(isProblem(await other.call({ url: '/ready' }), 503).detail).toBe('The server is stopping.')
		await other.close()
	})
})

describe('the guard', () => {
	it.each(['localhost:8000', '127.0.0.1:8000', '[::1]:8000', 'LOCALHOST:8000'])(
		'takes the host %s',
		async (host) => {
			expect((await server.call({ url: '/health', headers: { host } })).statusCode).toBe(200)
		},
	)

	it.each(['localhost', 'localhost:8001', 'evil.example', 'evil.example:8000', '127.0.0.2:8000', ''])(
		'does not answer for the host "%s"',
		async (host) => {
			isProblem(await server.call({ url: '/', headers: { host } }), 421)
		},
	)

	it('refuses everything that came through a proxy in local mode', async () => {
		for (const header of ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']) {
			const answer = await server.call({ url: '/', headers: { [header]: 'x' } })
			expect(isProblem(answer, 403).detail).toContain('through a proxy')
		}
	})

	it('lets a cookie change things only from this site', async () => {
		const token = await server.signIn('Anna')
		const change = (headers: Record<string, string>) =>
			server.call({ method: 'PATCH', url: '/api/users/me/settings', body: { font_size: 20 }, headers })
		const cookie = `speedfog_session=${token}`
		for (const origin of ['http://localhost:8000', 'http://127.0.0.1:8000', 'http://[::1]:8000'])
			expect((await change({ cookie, origin })).statusCode).toBe(200)
		const foreign = [
			'null',
			'https://localhost:8000',
			'http://localhost:8001',
			'http://localhost:8000.evil.example',
			'',
		]
		for (const origin of foreign) isProblem(await change({ cookie, origin }), 403)
		isProblem(await change({ cookie }), 403)
		expect(
			(await change({ authorization: `Bearer ${token}`, origin: 'https://app.example' })).statusCode,
		).toBe(200)
	})

	it('takes only the public address where the server is open to others', async () => {
		const publicUrl = 'https://speedfog.example'
		const twitch = { clientId: 'x', clientSecret: 'x', baseUrl: 'http://x', apiUrl: 'http://x' }
		const open = await testApp({ config: { publicUrl, host: '0.0.0.0', localMode: false, twitch } })
		const host = 'speedfog.example'
		for (const good of [host, `${host}:443`])
			expect((await open.call({ url: '/health', headers: { host: good } })).statusCode).toBe(200)
		isProblem(await open.call({ url: '/health' }), 421)
		const answer = await open.call({ url: '/health', headers: { host, 'x-forwarded-for': '1.2.3.4' } })
		expect(answer.statusCode).toBe(200)
		expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
		const signIn = await open.call({
			method: 'POST',
			url: '/api/auth/local',
			body: { name: 'x' },
			headers: { host },
		})
		isProblem(signIn, 403)
		expect((await open.call({ url: '/api/auth/options', headers: { host } })).json()).toEqual({
			twitch: true,
			local: false,
		})
		await open.close()
	})
})

describe('security headers', () => {
	it('allow scripts from our files and those inside the built pages only', async () => {
		const { headers } = await server.call({ url: '/' })
		const policy = String(headers['content-security-policy'])
		const scripts = /script-src ([^;]*)/.exec(policy)![1]!
		expect(scripts).toMatch(/^'self' 'sha256-[A-Za-z0-9+/=]{44}'$/)
		expect(policy).toContain("frame-ancestors 'none'")
		expect(policy).toContain("connect-src 'self' ws://localhost:8000")
		expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })
		expect(headers['strict-transport-security']).toBeUndefined()
	})

	it('keep what the API says out of every cache', async () => {
		for (const url of ['/api/pools', '/api/auth/options', '/api/auth/me', '/api/none'])
			expect([url, (await server.call({ url })).headers['cache-control']]).toEqual([url, 'no-store'])
	})
})

describe('the web app', () => {
	it('has its files, with names of content kept for good and all else asked for again', async () => {
		const script = await server.call({ url: '/_app/immutable/a.js' })
		expect([script.statusCode, script.body]).toEqual([200, 'a()'])
		expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
		const robots = await server.call({ url: '/robots.txt' })
		expect([robots.body, robots.headers['cache-control']]).toEqual(['robots', 'no-cache'])
		const packed = await server.call({ url: '/_app/immutable/a.js', headers: { 'accept-encoding': 'br' } })
		expect([packed.body, packed.headers['content-encoding']]).toEqual(['packed', 'br'])
	})

	it('draws every page by its own code', async () => {
		for (const [url, page] of [
			['/training?problem=x', 'all runs'],
			['/training/0190a1b2-0000-7000-8000-000000000001?tab=map', 'any run'],
			['/training/some/thing', 'all pages'],
			['/training/', 'all pages'],
			['/nonsense', 'all pages'],
			['/', 'front page'],
		] as const) {
			const answer = await server.call({ url })
			expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-cache'])
			expect(answer.headers['content-type']).toMatch(/^text\/html/)
			expect(answer.body).toContain(page)
		}
	})

	it('answers a missing file with 404, not with a page', async () => {
		for (const url of [
			'/_app/immutable/gone.js',
			'/_app/immutable/gone',
			'/favicon.png',
			'/..%2f..%2fpackage.json',
		])
			isProblem(await server.call({ url }), 404)
	})

	it('is missed politely where it was not built', async () => {
		const bare = await testApp()
		expect(isProblem(await bare.call({ url: '/training' }), 404).detail).toContain('npm run build')
		await bare.close()
	})
})

describe('logs', () => {
	it('hold a line for each answer, with neither query nor token', async () => {
		const token = await server.signIn('Anna')
		await server.call({ url: '/api/pools?type=race&code=secret', as: token })
		expect(server.lines).toContainEqual(
			expect.objectContaining({
				msg: 'answered',
				method: 'GET',
				path: '/api/pools',
				status: 200,
				reqId: expect.any(String) as string,
			}),
		)
		expect(JSON.stringify(server.lines)).not.toContain(token)
		expect(JSON.stringify(server.lines)).not.toContain('secret')
	})
})

describe('a route', () => {
	it('that does not say who may call it keeps the server from starting', async () => {
		const register = (app: App) => void app.get('/api/forgotten', async () => 'open to all')
		await expect(testApp({ options: { register } })).rejects.toThrow(
			'/api/forgotten does not say who may call it',
		)
	})
})

describe('rate limits', () => {
	it('count sign-ins by address and starts by user, and say when to come back', async () => {
		const strict = await testApp({ config: { rateLimitFactor: 0.1 } })
		const tokens = [await strict.signIn('Anna'), await strict.signIn('Bob')]
		const third = await strict.call({ method: 'POST', url: '/api/auth/local', body: { name: 'Carl' } })
		isProblem(third, 429)
		expect(Number(third.headers['retry-after'])).toBeGreaterThan(0)
		const start = (as: string | undefined) =>
			strict.call({ method: 'POST', url: '/api/training', as, body: {} })
		for (let call = 0; call < 3; call++) expect((await start(tokens[0])).statusCode).toBe(400)
		isProblem(await start(tokens[0]), 429)
		expect((await start(tokens[1])).statusCode).toBe(400)
		await strict.close()
	})
})

describe('the description of the API', () => {
	it('is OpenAPI 3.1 with every call, and a page without scripts', async () => {
		const document = (await server.call({ url: '/api/openapi.json' })).json<{
			openapi: string
			paths: Record<string, Record<string, unknown>>
			components: { schemas: Record<string, unknown> }
		}>()
		expect(document.openapi).toBe('3.1.0')
		expect(document.paths['/api/training/{id}']).toHaveProperty('get.security')
		expect(document.paths['/api/pools']).not.toHaveProperty('get.security')
		expect(Object.keys(document.components.schemas)).toContain('SessionDetail')
		const page = await server.call({ url: '/api/docs' })
		expect(page.headers['content-type']).toMatch(/^text\/html/)
		for (const path of Object.keys(document.paths)) expect(page.body).toContain(path)
		expect(page.body).not.toContain('<script')
	})
})
