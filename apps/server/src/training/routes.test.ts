import { Session, SessionDetail } from '@speedfog/core/protocol/training'
import { diamond } from '@speedfog/core/graph/testing'
import { Buffer } from 'node:buffer'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { testApp, TRAINING_POOL } from '#http/testing.ts'
import type { Call, TestApp } from '#http/testing.ts'
import { readZip } from '#packs/testing.ts'
import { isModToken } from './mod-token.ts'

const UNKNOWN = '0190a1b2-0000-7000-8000-000000000009'
const SEEDS = 4
let server: TestApp
let anna: string

beforeAll(async () => {
	server = await testApp()
	for (const pool of ['training_standard', 'training_sprint']) {
		await server.put(`${pool}/config.toml`, `${TRAINING_POOL}description = "For ${pool}"`)
		for (let seed = 0; seed < SEEDS; seed++) await server.putSeed(pool, `seed${seed}`)
	}
	await server.put('training_empty/config.toml', TRAINING_POOL)
	await server.put('race/config.toml', '')
	await server.putSeed('race', 'a')
	await server.scan()
	anna = await server.signIn('Anna')
})
afterAll(() => server.close())
beforeEach(async () => {
	await server.db.pool.query('delete from training_sessions')
})

function post(url: string, body?: unknown, as = anna) {
	return server.call({ method: 'POST', url, as, body })
}

async function start(as = anna, pool_name = 'training_standard'): Promise<SessionDetail> {
	const answer = await post('/api/training', { pool_name }, as)
	expect(answer.statusCode).toBe(201)
	return SessionDetail.parse(answer.json())
}

function get(url: string, headers?: Call['headers']) {
	return server.call({ url, as: anna, ...(headers ? { headers } : {}) })
}

describe('starting a run', () => {
	it('gives a session on a seed of the pool, with the graph as it was read', async () => {
		const answer = await post('/api/training', { pool_name: 'training_sprint' })
		expect(answer.statusCode).toBe(201)
		const run = SessionDetail.parse(answer.json())
		expect(answer.headers.location).toBe(`/api/training/${run.id}`)
		const { graph, json } = diamond()
		expect(run).toEqual({
			id: run.id,
			user: { id: run.user.id, twitch_username: 'Anna', twitch_display_name: null, twitch_avatar_url: null },
			status: 'active',
			pool_name: 'training_sprint',
			igt_ms: 0,
			death_count: 0,
			created_at: run.created_at,
			finished_at: null,
			seed_total_layers: graph.totalLayers,
			seed_total_nodes: graph.totalNodes,
			current_layer: 0,
			mod_connected: false,
			mod_changed_at: null,
			pack_downloaded_at: null,
			simulated: false,
			progress_nodes: null,
			visits: [],
			current_zone: null,
			seed_id: run.seed_id,
			seed_number: run.seed_number,
			seed_total_paths: graph.totalPaths,
			graph_json: json,
			pool_config: expect.objectContaining({
				type: 'training',
				description: 'For training_sprint',
			}) as unknown,
			shared: false,
		})
	})

	it('takes the standard pool when none is named, also without a body', async () => {
		for (const body of [{}, undefined])
			expect((await post('/api/training', body)).json()).toMatchObject({ pool_name: 'training_standard' })
	})

	it.each(['race', 'none', '../training_standard', 'constructor'])(
		'is refused for the pool "%s"',
		async (pool_name) => {
			const answer = await post('/api/training', { pool_name })
			expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
				400,
				'There is no training pool of this name.',
			])
		},
	)

	it('is refused in a pool without seeds, and for a name of no kind', async () => {
		expect((await post('/api/training', { pool_name: 'training_empty' })).statusCode).toBe(400)
		for (const pool_name of ['', 7, null, 'x'.repeat(101)])
			expect((await post('/api/training', { pool_name })).statusCode).toBe(422)
	})

	it('never gives the same unplayed seed to calls at the same time', async () => {
		for (let round = 0; round < 5; round++) {
			await server.db.pool.query('delete from training_sessions')
			const runs = await Promise.all(Array.from({ length: SEEDS }, () => start()))
			expect(new Set(runs.map(({ seed_id }) => seed_id)).size).toBe(SEEDS)
		}
	})

	it('ends at twenty active runs, named in the refusal, also for calls at the same time', async () => {
		const answers = await Promise.all(Array.from({ length: 24 }, () => post('/api/training', {})))
		const made = answers.filter(({ statusCode }) => statusCode === 201)
		expect(made.length).toBe(20)
		const refused = answers.find(({ statusCode }) => statusCode === 409)!
		const active = refused.json<{ active: string[] }>().active
		expect(active.toSorted()).toEqual(made.map((answer) => answer.json<{ id: string }>().id).toSorted())
		expect((await post(`/api/training/${active[0]!}/abandon`)).statusCode).toBe(200)
		expect((await post('/api/training', {})).statusCode).toBe(201)
	})

	it('keeps the overlay settings of that moment', async () => {
		const settings = (body: unknown) =>
			server.call({ method: 'PATCH', url: '/api/users/me/settings', as: anna, body })
		await settings({ font_size: 24 })
		const { id } = await start()
		await settings({ font_size: 30 })
		expect((await tomlOf(id)).overlay).toMatchObject({ font_size: 24 })
		await settings({ font_size: 18 })
	})

	it('leaves the seed available for others', async () => {
		await start()
		const { rows } = await server.db.pool.query("select 1 from seeds where status <> 'available'")
		expect(rows).toEqual([])
	})
})

describe('the list of runs', () => {
	it('is mine alone, the newest first, in pages that follow each other', async () => {
		const made: string[] = []
		for (let run = 0; run < 5; run++) made.unshift((await start()).id)
		await start(await server.signIn('Bob'))
		const pages: string[][] = []
		for (let url: string | undefined = '/api/training?limit=2'; url !== undefined;) {
			const answer = await get(url)
			pages.push(
				Session.array()
					.parse(answer.json())
					.map(({ id }) => id),
			)
			url = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1]
		}
		expect(pages).toEqual([made.slice(0, 2), made.slice(2, 4), made.slice(4)])
		expect((await get('/api/training')).headers.link).toBeUndefined()
	})

	it('has no next page when the last one is full', async () => {
		await start()
		await start()
		expect((await get('/api/training?limit=2')).headers.link).toBeUndefined()
	})

	it('keeps its pages when runs of one instant stand at their edge', async () => {
		for (let run = 0; run < 4; run++) await start()
		await server.db.pool.query("update training_sessions set created_at = '2026-01-01T00:00:00.123456Z'")
		const first = (await get('/api/training?limit=2')).json<{ id: string }[]>()
		const second = (await get(`/api/training?limit=2&cursor=${first[1]!.id}`)).json<{ id: string }[]>()
		expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(4)
	})

	it('is not entered by the run of somebody else', async () => {
		const { id } = await start(await server.signIn('Bob'))
		await start()
		expect((await get(`/api/training?cursor=${id}`)).json()).toEqual([])
	})

	it.each(['limit=0', 'limit=101', 'limit=x', 'limit=1.5', 'limit=', 'cursor=x', 'cursor=%27'])(
		'refuses %s',
		async (query) => {
			expect((await get(`/api/training?${query}`)).statusCode).toBe(422)
		},
	)
})

describe('a run', () => {
	it('is shown with and without its graph', async () => {
		const { id, graph_json, ...rest } = await start()
		const whole = await get(`/api/training/${id}`)
		expect(whole.headers).toMatchObject({
			'content-type': 'application/json; charset=utf-8',
			'content-length': String(whole.rawPayload.length),
			'x-content-type-options': 'nosniff',
		})
		expect(whole.json()).toEqual({ id, graph_json, ...rest })
		const head = await server.call({ method: 'HEAD', url: `/api/training/${id}`, as: anna })
		expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([
			200,
			whole.headers['content-length'],
			'',
		])
		expect((await get(`/api/training/${id}?graph=false`)).json()).toEqual({ id, ...rest })
		expect((await get(`/api/training/${id.toUpperCase()}?graph=true`)).statusCode).toBe(200)
		expect((await get(`/api/training/${id}?graph=maybe`)).statusCode).toBe(422)
	})

	it('is shown as it was stored: figures, visits, history and zone', async () => {
		const { id } = await start()
		const { graph } = diamond()
		const [first, second] = [graph.startNode, graph.nodes.get(graph.startNode)!.next[0]!]
		const visits: [number, string, string | null, number, number][] = [
			[0, first, null, 0, 1],
			[1, second, first, 60_000, 2],
			[2, first, second, 90_000, 0],
		]
		for (const visit of visits)
			await server.db.pool.query(
				'insert into visits (session_id, seq, era, node_id, from_node_id, flag_id, igt_ms, deaths) values ($1, $2, 0, $3, $4, null, $5, $6)',
				[id, ...visit],
			)
		await server.db.pool.query(
			`update training_sessions set igt_ms = 95000, deaths = 3, current_seq = 2, current_layer = 1,
				mod_changed_at = '2026-11-22T17:00:00Z' where id = $1`,
			[id],
		)
		const figures = {
			igt_ms: 95_000,
			death_count: 3,
			current_layer: 1,
			mod_changed_at: '2026-11-22T17:00:00.000Z',
		}
		expect((await get(`/api/training/${id}?graph=false`)).json()).toMatchObject({
			...figures,
			current_zone: first,
			progress_nodes: [
				{ node_id: first, igt_ms: 0, deaths: 1 },
				{ node_id: second, igt_ms: 60_000, deaths: 2 },
			],
			visits: visits.map(([, node_id, from_node_id, igt_ms, deaths]) => ({
				node_id,
				from_node_id,
				flag_id: null,
				igt_ms,
				deaths,
			})),
		})
		expect((await get('/api/training')).json()).toMatchObject([figures])
	})

	it('is not found, not readable or not mine, and each is told apart', async () => {
		const { id } = await start(await server.signIn('Bob'))
		for (const [method, path] of [
			['GET', ''],
			['GET', '/pack'],
			['HEAD', '/pack'],
			['POST', '/abandon'],
			['POST', '/simulate'],
		] as const) {
			const status = async (of: string) =>
				(await server.call({ method, url: `/api/training/${of}${path}`, as: anna })).statusCode
			expect([await status(UNKNOWN), await status('x'), await status(`${id}0`), await status(id)]).toEqual([
				404, 422, 422, 403,
			])
		}
	})

	it('is found by one question to the database, together with who asks', async () => {
		const { id } = await start()
		const asked = vi.spyOn(server.db.pool, 'query')
		const answer = await server.call({ url: `/api/training/${id}`, as: anna })
		expect([answer.json<SessionDetail>().id, asked.mock.calls.length]).toEqual([id, 1])
		asked.mockRestore()
	})

	it('is shown at once to somebody whose visit is noted, and never to somebody who is signed out', async () => {
		const zoe = await server.signIn('Zoe')
		const { id } = await start(zoe)
		await server.db.pool.query("update tokens set last_used_at = last_used_at - interval '2 minutes'")
		const shown = await server.call({ url: `/api/training/${id}`, as: zoe })
		expect([shown.statusCode, shown.json<SessionDetail>().id]).toEqual([200, id])
		await server.call({ method: 'POST', url: '/api/auth/logout', as: zoe })
		expect((await server.call({ url: `/api/training/${id}`, as: zoe })).statusCode).toBe(401)
	})

	it('can be abandoned once', async () => {
		const { id } = await start()
		const answer = await post(`/api/training/${id}/abandon`)
		expect(answer.statusCode).toBe(200)
		expect(SessionDetail.parse(answer.json())).toMatchObject({ id, status: 'abandoned' })
		expect((await get('/api/training')).json()).toMatchObject([{ id, status: 'abandoned' }])
		expect((await post(`/api/training/${id}/abandon`)).statusCode).toBe(400)
		expect((await get(`/api/training/${id}/pack`)).statusCode).toBe(400)
		expect((await post(`/api/training/${id}/simulate`)).statusCode).toBe(409)
	})

	it('has exactly one winner among abandons at the same time', async () => {
		const { id } = await start()
		const answers = await Promise.all(Array.from({ length: 5 }, () => post(`/api/training/${id}/abandon`)))
		expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 400, 400, 400, 400])
	})
})

async function tomlOf(id: string): Promise<Record<string, Record<string, unknown>>> {
	const zip = await readZip((await get(`/api/training/${id}/pack`)).rawPayload)
	const [toml] = [...zip].find(([name]) => name.endsWith('/lib/speedfog_race.toml'))!.slice(1)
	return parse(String(toml)) as Record<string, Record<string, unknown>>
}

describe('the pack', () => {
	it('holds the seed and what the mod needs to find this run', async () => {
		const run = await start()
		const answer = await get(`/api/training/${run.id}/pack`)
		expect(answer.statusCode).toBe(200)
		expect(answer.headers).toMatchObject({
			'content-type': 'application/zip',
			'content-length': String(answer.rawPayload.length),
			'content-disposition': `attachment; filename="speedfog_training_Anna_${run.seed_number}.zip"`,
			'accept-ranges': 'bytes',
			'cache-control': 'private, no-cache',
			etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) as string,
		})
		const names = [...(await readZip(answer.rawPayload)).keys()]
		expect(names).toEqual([
			`speedfog_${run.seed_number}/graph.json`,
			`speedfog_${run.seed_number}/lib/speedfog_race.toml`,
		])
		const toml = await tomlOf(run.id)
		expect(toml.server).toMatchObject({
			url: 'ws://localhost:8000',
			race_id: run.id,
			seed_id: run.seed_id,
			training: true,
		})
		const { secretKey } = server.deps.config
		expect(isModToken(secretKey, run.id, String(toml.server!.mod_token))).toBe(true)
		expect(isModToken(secretKey, UNKNOWN, String(toml.server!.mod_token))).toBe(false)
		expect(JSON.stringify(server.lines)).not.toContain(toml.server!.mod_token)
	})

	it('is the same bytes each time, whole or joined from parts', async () => {
		const url = `/api/training/${(await start()).id}/pack`
		const whole = await get(url)
		const etag = String(whole.headers.etag)
		expect((await get(url)).rawPayload.equals(whole.rawPayload)).toBe(true)
		const size = whole.rawPayload.length
		const first = await get(url, { range: 'bytes=0-99' })
		const rest = await get(url, { range: 'bytes=100-', 'if-range': etag })
		expect([first.statusCode, rest.statusCode]).toEqual([206, 206])
		expect(first.headers['content-range']).toBe(`bytes 0-99/${size}`)
		expect(rest.headers).toMatchObject({
			'content-range': `bytes 100-${size - 1}/${size}`,
			'content-length': String(size - 100),
		})
		expect(Buffer.concat([first.rawPayload, rest.rawPayload]).equals(whole.rawPayload)).toBe(true)
	})

	it('answers what it need not or cannot send', async () => {
		const url = `/api/training/${(await start()).id}/pack`
		const head = await server.call({ method: 'HEAD', url, as: anna })
		const { etag, 'content-length': size } = head.headers
		expect([head.statusCode, head.body, Number(size) > 100]).toEqual([200, '', true])
		const same = await get(url, { 'if-none-match': String(etag) })
		expect([same.statusCode, same.body, same.headers.etag]).toEqual([304, '', etag])
		const beyond = await get(url, { range: `bytes=${String(size)}-` })
		expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, `bytes */${String(size)}`])
		expect((await get(url, { range: 'bytes=5-', 'if-range': '"old"' })).statusCode).toBe(200)
		expect((await get(url, { 'if-match': '"old"' })).statusCode).toBe(412)
	})

	it('is noted when its last byte went out, whole or as a last part', async () => {
		for (const headers of [{}, { range: 'bytes=10-' }]) {
			const { id } = await start()
			const noted = async () =>
				(await get(`/api/training/${id}?graph=false`)).json<SessionDetail>().pack_downloaded_at
			await server.call({ method: 'HEAD', url: `/api/training/${id}/pack`, as: anna })
			await get(`/api/training/${id}/pack`, { range: 'bytes=0-9' })
			expect(await noted()).toBeNull()
			await get(`/api/training/${id}/pack`, headers)
			await expect.poll(noted).toMatch(/^\d{4}-/)
		}
	})

	it('is gone with its file, and broken with a broken one, never cut short', async () => {
		const run = await start()
		const file = join(server.root, run.pool_name, `seed_${run.seed_number}.zip`)
		await rename(file, `${file}.away`)
		expect((await get(`/api/training/${run.id}/pack`)).statusCode).toBe(410)
		expect((await post(`/api/training/${run.id}/simulate`)).statusCode).toBe(410)
		await server.put(`${run.pool_name}/seed_${run.seed_number}.zip`, 'no zip any more')
		const broken = await get(`/api/training/${run.id}/pack`)
		expect([broken.statusCode, broken.headers['content-type']]).toEqual([
			500,
			'application/problem+json; charset=utf-8',
		])
		expect(broken.body).not.toContain(server.root)
		expect(server.lines).toContainEqual(
			expect.objectContaining({ msg: 'a stored seed is damaged', pool: run.pool_name }),
		)
		await rm(file)
		await rename(`${file}.away`, file)
		expect((await get(`/api/training/${run.id}/pack`)).statusCode).toBe(200)
	})
})
