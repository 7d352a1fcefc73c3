import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { findOrCreateTwitch } from '#accounts/users.ts'
import { testApp, TRAINING_POOL } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'
import * as admission from '#training/admission.ts'
import { loader } from '#training/stored-run.ts'

/** What grows with use; the table of seeds is small beside them. */
const GROWING = ['training_sessions', 'visits', 'run_events', 'tokens', 'users']

type Query = { text: string; values: unknown[] }
type Plan = { 'Node Type': string; 'Relation Name'?: string; Plans?: Plan[] }

let server: TestApp
let owner: string
let run: string
let done: string
const queries = new Map<string, Query>()

beforeAll(async () => {
	server = await testApp()
	await server.put('training_standard/config.toml', TRAINING_POOL)
	await server.putSeed('training_standard', 'abc')
	await server.scan()
	await fill(server.db.pool)
	owner = await server.signIn('owner')
	run = (await server.call({ method: 'POST', url: '/api/training', as: owner })).json<{ id: string }>().id
	const { rows } = await server.db.pool.query<{ id: string }>(
		"select id from training_sessions where status = 'finished' and user_id = (select id from users where name = 'owner') limit 1",
	)
	done = rows[0]!.id
	record()
}, 60_000)
afterAll(async () => {
	vi.restoreAllMocks()
	await server.close()
})

/** 5,000 seeds, 2,001 users and 100,000 sessions, a thousand of them the owner's. */
async function fill(pool: pg.Pool): Promise<void> {
	const client = await pool.connect()
	// Rows that fit together by construction need no check one by one.
	await client.query('set session_replication_role = replica')
	await client.query(`
		insert into users (id, provider, provider_id, name)
		select gen_random_uuid(), 'local', null, 'user' || n from generate_series(1, 2000) n;
		insert into users (id, provider, name) values (gen_random_uuid(), 'local', 'owner');
		insert into tokens (id, user_id, kind, label, hash)
		select gen_random_uuid(), id, 'device', 'x', sha256((name || n)::bytea)
		from users, generate_series(1, 5) n;
		insert into seeds (id, pool, slug, file, file_size, file_mtime_ms, status, version, total_layers,
			total_nodes, total_paths, graph_json, graph_sha256)
		select gen_random_uuid(), 'training_standard', n, 'seed_' || n || '.zip', 1, 1, 'available', '4.4', 9, 30,
			12, s.graph_json, s.graph_sha256
		from generate_series(1, 5000) n, seeds s where s.slug = 'abc';
		create temporary table people as
		select row_number() over () - 1 as place, id from users where name <> 'owner';
		create temporary table games as select row_number() over () - 1 as place, id from seeds;
		insert into training_sessions (id, user_id, seed_id, status, created_at)
		select gen_random_uuid(), case when n % 100 = 0 then owner.id else people.id end, games.id, 'finished',
			now() - n * interval '1 minute'
		from generate_series(1, 100000) n
		join people on people.place = n % 2000
		join games on games.place = n * 7 % 5000
		join users owner on owner.name = 'owner';
		insert into visits (session_id, seq, era, node_id, igt_ms, deaths)
		select id, 0, 0, 'start', 0, 0 from training_sessions;
		insert into run_events (session_id, number, kind, flag_id, igt_ms, received_at)
		select id, 0, 'flag', 1, 60000, now() from training_sessions;
	`)
	await client.query('analyze')
	client.release(true)
}

/** Keeps every statement that is sent from now on, by its text. */
function record(): void {
	const { query } = pg.Client.prototype
	vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...asked: unknown[]) {
		const [first, second] = asked as [string | Partial<Query>, unknown]
		const text = typeof first === 'string' ? first : first.text
		const values = typeof first === 'string' ? second : (first.values ?? second)
		if (text !== undefined) queries.set(text, { text, values: Array.isArray(values) ? values : [] })
		return (query as (...asked: unknown[]) => unknown).apply(this, asked)
	} as never)
}

function scans({ 'Node Type': type, 'Relation Name': table, Plans: parts = [] }: Plan): string[] {
	const here = type === 'Seq Scan' && table !== undefined && GROWING.includes(table) ? [table] : []
	return [...here, ...parts.flatMap(scans)]
}

async function planOf({ text, values }: Query): Promise<Plan> {
	const { rows } = await server.db.pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
		`explain (format json) ${text}`,
		values,
	)
	return rows[0]!['QUERY PLAN'][0].Plan
}

it('finds everything by an index, however many runs there are', async () => {
	const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: unknown) => {
		const answer = await server.call({ method, url, as: owner, body })
		expect([url, answer.statusCode]).toEqual([url, expect.toSatisfy((status: number) => status < 300)])
		return answer
	}
	const person = { id: '1', login: 'user7', displayName: null, avatarUrl: null }
	await findOrCreateTwitch(server.db.kysely, person, Date.now())
	await call('GET', '/api/auth/me')
	await call('GET', '/api/auth/sessions')
	await call('GET', '/api/auth/tokens')
	await call('POST', '/api/auth/tokens', { label: 'x' })
	await call('PATCH', '/api/users/me/settings', { font_size: 20 })
	await call('GET', '/api/pools')
	await call('POST', '/api/training')
	const page = await call('GET', '/api/training?limit=100')
	await call('GET', /<([^>]+)>/.exec(String(page.headers['link']))![1]!)
	for (const id of [run, done]) {
		await call('GET', `/api/training/${id}`)
		await call('GET', `/api/training/${id}?graph=false`)
		await admission.finder(server.db)(id)
		await loader(server.db)(id)
	}
	await call('PUT', `/api/training/${run}/share`)
	await call('DELETE', `/api/training/${run}/share`)
	await call('POST', `/api/training/${run}/abandon`)
	const archive = await call('GET', '/api/users/me/export')
	expect(archive.json<{ sessions: unknown[] }>().sessions).toHaveLength(1002)
	await call('DELETE', '/api/users/me', { confirm: 'owner' })
	vi.restoreAllMocks()

	const planned = [...queries.values()].filter(({ text }) =>
		/^\s*(select|insert|update|delete|with)\b/.test(text),
	)
	expect(planned.length).toBeGreaterThan(25)
	const slow = []
	for (const query of planned) {
		const tables = scans(await planOf(query))
		if (tables.length > 0) slow.push([tables, query.text])
	}
	expect(slow).toEqual([])
}, 60_000)
