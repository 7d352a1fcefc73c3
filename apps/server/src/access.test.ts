import type { Device } from '@speedfog/core/protocol/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testApp, TRAINING_POOL } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'

/**
 * What nobody, another user and the owner are answered; an admin is answered like another user where nothing
 * else is said. A route that is not here fails the test below.
 */
type Rule = [nobody: number, other: number, owner: number, admin?: number]

const RULES: Record<string, Rule> = {
	'GET /health': [200, 200, 200],
	'GET /ready': [200, 200, 200],
	// To the people at this machine.
	'GET /metrics': [200, 200, 200],
	'GET /api/auth/options': [200, 200, 200],
	'GET /api/pools': [200, 200, 200],
	// Here people sign in by name alone.
	'GET /api/auth/twitch': [403, 403, 403],
	'GET /api/auth/callback': [403, 403, 403],
	// The body names nobody.
	'POST /api/auth/local': [422, 422, 422],
	'GET /api/auth/me': [401, 200, 200],
	'GET /api/users/me': [401, 200, 200],
	'GET /api/users/me/export': [401, 200, 200],
	// Nothing confirms it.
	'DELETE /api/users/me': [401, 422, 422],
	'PATCH /api/users/me/settings': [401, 200, 200],
	'GET /api/auth/sessions': [401, 200, 200],
	'DELETE /api/auth/sessions/{id}': [401, 403, 204],
	'GET /api/auth/tokens': [401, 200, 200],
	'POST /api/auth/tokens': [401, 422, 422],
	'DELETE /api/auth/tokens/{id}': [401, 403, 204],
	'GET /api/training': [401, 200, 200],
	'POST /api/training': [401, 201, 201],
	'GET /api/training/{id}': [401, 403, 200],
	'GET /api/training/{id}/pack': [401, 403, 200],
	'HEAD /api/training/{id}/pack': [401, 403, 200],
	'PUT /api/training/{id}/share': [401, 403, 200],
	'DELETE /api/training/{id}/share': [401, 403, 204],
	'POST /api/training/{id}/simulate': [401, 403, 202],
	'POST /api/training/{id}/abandon': [401, 403, 200],
	'GET /api/companion': [401, 200, 200],
	'GET /api/companion/{platform}': [401, 200, 200],
	'HEAD /api/companion/{platform}': [401, 200, 200],
	'POST /api/admin/seeds/scan': [401, 403, 403, 202],
	'GET /api/admin/seeds/scan': [401, 403, 403, 200],
	'GET /api/admin/seeds/stats': [401, 403, 403, 200],
	// The body names no pool.
	'POST /api/admin/seeds/discard': [401, 403, 403, 422],
	// Last, since it ends what the others need.
	'POST /api/auth/logout': [401, 204, 204],
}

let server: TestApp
let calls: { name: string; method: string; path: string; secured: boolean }[]
let owner: string
let ids: Record<string, string>

beforeAll(async () => {
	server = await testApp()
	await server.put('training_standard/config.toml', TRAINING_POOL)
	await server.putSeed('training_standard', 'abc')
	await server.put('package.json', '{"type":"module"}')
	await server.put(
		'companion.js',
		'process.on("disconnect", () => process.exit()); setInterval(() => {}, 1000)',
	)
	await server.put('companion/companion', 'a program')
	const programs = [{ platform: 'linux', file_name: 'companion', sha256: '0'.repeat(64) }]
	await server.put('companion/programs.json', JSON.stringify({ version: '1.0.0', programs }))
	await server.scan()
	const { paths } = (await server.call({ url: '/api/openapi.json' })).json<{
		paths: Record<string, Record<string, { security?: unknown }>>
	}>()
	calls = Object.entries(paths).flatMap(([path, operations]) =>
		Object.entries(operations).map(([key, { security }]) => {
			const method = key.toUpperCase()
			return { name: `${method} ${path}`, method, path, secured: security !== undefined }
		}),
	)
	owner = await server.signIn('Owner')
	const run = await server.call({ method: 'POST', url: '/api/training', as: owner })
	const token = await server.call({
		method: 'POST',
		url: '/api/auth/tokens',
		as: owner,
		body: { label: 'x' },
	})
	await server.signIn('Owner')
	const devices = (await server.call({ url: '/api/auth/sessions', as: owner })).json<Device[]>()
	ids = {
		'/api/auth/sessions/{id}': devices.find(({ current }) => !current)!.id,
		'/api/auth/tokens/{id}': token.json<{ id: string }>().id,
		training: run.json<{ id: string }>().id,
	}
})
afterAll(() => server.close())

it('has a rule for every route, and no rule without one', () => {
	expect(calls.map(({ name }) => name).toSorted()).toEqual(Object.keys(RULES).toSorted())
})

it('says in its description what it asks of callers', () => {
	for (const { name, secured } of calls) expect([name, secured]).toEqual([name, RULES[name]![0] === 401])
})

it('tells of each call what it is for, what it answers, and what stands in the way', async () => {
	const { paths, components } = (await server.call({ url: '/api/openapi.json' })).json<{
		paths: Record<
			string,
			Record<string, { summary?: string; responses: Record<string, { description: string }> }>
		>
		components: { schemas: Record<string, unknown> }
	}>()
	const lacking = Object.entries(paths).flatMap(([path, operations]) =>
		Object.entries(operations).flatMap(([method, { summary, responses }]) => {
			const good = Object.entries(responses).filter(([status]) => /^[23]/.test(status))
			const isTold = good.length > 0 && 'default' in responses && summary
			return isTold ? [] : [`${method} ${path}`]
		}),
	)
	expect(lacking).toEqual([])
	expect(components.schemas).toHaveProperty('Problem.properties.detail')
	const text = JSON.stringify(paths)
	for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
		expect(components.schemas).toHaveProperty(name!)
	// What Fastify says where a route says nothing.
	expect(text).not.toContain('Default Response')
})

it('tells of each answer with a body of what type it is', async () => {
	type Answer = { content?: Record<string, unknown> }
	const { paths } = (await server.call({ url: '/api/openapi.json' })).json<{
		paths: Record<string, Record<string, { responses: Record<string, Answer> }>>
	}>()
	const types = Object.entries(paths).flatMap(([path, operations]) =>
		Object.entries(operations).flatMap(([method, { responses }]) =>
			Object.entries(responses).map(([status, { content = {} }]) => ({
				answer: `${status} ${method} ${path}`,
				types: Object.keys(content).join(),
			})),
		),
	)
	const typeOf = Object.fromEntries(types.map(({ answer, types }) => [answer, types]))
	expect(typeOf).toMatchObject({
		'200 get /metrics': 'text/plain',
		'200 get /api/training/{id}': 'application/json',
		'200 get /api/training/{id}/pack': 'application/zip',
		'206 get /api/training/{id}/pack': 'application/zip',
		'200 get /api/companion/{platform}': 'application/octet-stream',
		'default get /api/companion/{platform}': 'application/problem+json',
	})
	const bodiless = /^(204|302) |^202 post .*simulate/
	expect(types.filter((told) => told.types === '' && !bodiless.test(told.answer))).toEqual([])
})

it.each(Object.entries(RULES))(
	'%s answers nobody, another user, the owner and an admin %j',
	async (name, rule) => {
		const { method, path } = calls.find((call) => call.name === name)!
		const url = path.replace('{id}', ids[path] ?? ids.training!).replace('{platform}', 'linux')
		const body = /^(POST|PATCH)/.test(name) ? {} : undefined
		const answer = async (as: string | undefined, headers = {}) =>
			(await server.call({ method: method as 'GET', url, as, body, headers })).statusCode
		const other = await server.signIn('Other')
		const admin = await server.signIn('root')
		const [forNobody, forOther, forOwner, forAdmin] = rule
		expect([await answer(undefined), await answer(other)]).toEqual([forNobody, forOther])
		expect(await answer(admin)).toBe(forAdmin ?? forOther)
		expect(await answer(owner)).toBe(forOwner)
		if (rule[0] === 401) {
			expect(await answer('wrong')).toBe(401)
			expect(
				await answer(undefined, { cookie: 'speedfog_session=wrong', origin: 'http://localhost:8000' }),
			).toBe(401)
		}
	},
)
