import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { open } from '#database/database.ts'
import * as embedded from '#database/embedded.ts'
import { migrate } from '#database/migrate.ts'
import { emptyDatabase, freshDatabase, urlOf } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { silentLog } from '#log.ts'
import { run } from './data.ts'
import { takePrinted } from './testing.ts'

const ANNA = '0190a1b2-0000-7000-8000-00000000000a'
let folder: string
let file: string
let printed: { text: string }
let full: TestDatabase
const databases: TestDatabase[] = []

beforeAll(async () => {
	full = await freshDatabase()
	await fill(full)
})
afterAll(() => full.drop())
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'speedfog-data-'))
	file = join(folder, 'all.gz')
	printed = takePrinted()
})
afterEach(async () => {
	vi.restoreAllMocks()
	await Promise.all(databases.splice(0).map((db) => db.drop()))
	await rm(folder, { recursive: true })
})

/** Every type and every sign that a text form could lose. */
async function fill({ pool }: Pick<TestDatabase, 'pool'>): Promise<void> {
	const odd = 'tab\t newline\n return\r backslash\\ end \\. quote"\' 😀'
	await pool.query(
		`insert into users (id, provider, name, display_name, overlay_settings, created_at)
		values ($1, 'local', 'Anna', $2, '{"font_size": 24.5}', '2026-02-21T12:00:00.123456Z')`,
		[ANNA, odd],
	)
	await pool.query('insert into replicas (id, lease_until) values (gen_random_uuid(), now())')
	await pool.query(
		`insert into tokens (id, user_id, kind, label, hash) values (gen_random_uuid(), $1, 'api', '\\.', $2)`,
		[ANNA, Buffer.from([0, 10, 92, 255])],
	)
	await pool.query(
		`insert into seeds (id, pool, slug, file, file_size, file_mtime_ms, status, version, total_layers, total_nodes,
			total_paths, graph_json, graph_sha256)
		select gen_random_uuid(), 'p', 's' || n, 'f', 9007199254740993, n, 'available', '4.4', 1, 1, null,
			repeat($1, 3000), '\\x00ff' from generate_series(1, 40) n`,
		[`${odd}\n\\.\n`],
	)
	await pool.query(
		'insert into training_sessions (id, user_id, seed_id) select gen_random_uuid(), $1, id from seeds',
		[ANNA],
	)
	await pool.query(
		`insert into visits (session_id, seq, era, node_id, igt_ms, deaths)
		select id, n, 0, '', n, 0 from training_sessions, generate_series(0, 50) n`,
	)
	await pool.query(
		`insert into run_events (session_id, number, kind, detail, received_at)
		select id, 0, 'x', '{"a": "b\\nc"}', now() from training_sessions`,
	)
}

async function rowsOf({ pool }: Pick<TestDatabase, 'pool'>): Promise<Record<string, string[]>> {
	const { rows: tables } = await pool.query<{ name: string }>(
		"select tablename as name from pg_tables where schemaname = 'public'",
	)
	const entries = await Promise.all(
		tables.map(async ({ name }): Promise<[string, string[]]> => {
			const column = name === 'migrations' ? 'name || checksum' : 't::text'
			const { rows } = await pool.query<{ text: string }>(
				`select ${column} as text from ${name} t order by 1`,
			)
			return [name, rows.map(({ text }) => text)]
		}),
	)
	return Object.fromEntries(entries)
}

const env = ({ connection }: TestDatabase) => ({ DATABASE_URL: urlOf(connection) })

async function other(make = emptyDatabase): Promise<TestDatabase> {
	const db = await make()
	databases.push(db)
	return db
}

/** Our own connections are not those of a server. */
const importInto = async (db: TestDatabase) => {
	await db.close()
	return run(['import', file], env(db))
}

describe('the data of one database', () => {
	it('is the same in another, row by row', async () => {
		expect(await run(['export', file], env(full))).toBe(0)
		expect(printed.text).toMatch(
			/all\.gz: 2163 rows of 7 tables, \d+ bytes\nSHA-256 of its content: [0-9a-f]{64}\n$/,
		)
		expect((await stat(file)).mode & 0o777).toBe(0o600)
		expect(await readdir(folder)).toEqual(['all.gz'])
		const there = await other()
		expect(await importInto(there)).toBe(0)
		const again = open(there.connection, { log: silentLog })
		const [before, after] = [await rowsOf(full), await rowsOf(again)]
		await again.close()
		expect(Object.keys(before).length).toBeGreaterThanOrEqual(8)
		for (const [table, rows] of Object.entries(before))
			expect([table, rows.length > 0]).toEqual([table, true])
		expect(after).toEqual(before)
	})

	it('is that of one moment, whatever is written while it is read', async () => {
		const db = await other(freshDatabase)
		await fill(db)
		const writer = setInterval(() => {
			db.pool
				.query(
					"insert into users (id, provider, name) values (gen_random_uuid(), 'local', gen_random_uuid())",
				)
				.catch(() => undefined)
		}, 1)
		await run(['export', file], env(db))
		clearInterval(writer)
		printed.text = ''
		expect(await run(['check', file])).toBe(0)
		expect(printed.text).toMatch(/ is whole: made at \d{4}-.* by release \d+\.\d+\.\d+, /)
	})

	it('also goes into a database that a start has only prepared', async () => {
		await run(['export', file], env(full))
		expect(await importInto(await other(freshDatabase))).toBe(0)
	})

	it('is brought up to this release when it is of an older one', async () => {
		const old = await other()
		await old.pool.query('create table migrations (name text primary key, checksum text not null)')
		const { rows } = await full.pool.query<{ name: string; checksum: string }>(
			"select name, checksum from migrations where name like '0001%'",
		)
		const sql = await readFile(join(import.meta.dirname, '../../migrations', rows[0]!.name), 'utf8')
		await old.pool.query(sql)
		await old.pool.query('insert into migrations values ($1, $2)', [rows[0]!.name, rows[0]!.checksum])
		await old.pool.query("insert into users (id, provider, name) values ($1, 'local', 'Anna')", [ANNA])
		await run(['export', file], env(old))
		const there = await other()
		expect(await importInto(there)).toBe(0)
		expect(printed.text).toContain('Brought up to this release: 0002_')
		const again = open(there.connection, { log: silentLog })
		expect(await migrate(again.pool, silentLog)).toEqual([])
		expect((await again.pool.query('select name from users')).rows).toEqual([{ name: 'Anna' }])
		await again.close()
	})
})

describe('an import changes nothing', () => {
	let there: TestDatabase
	beforeEach(async () => {
		await run(['export', file], env(full))
		there = await other()
	})

	async function isRefused(reason: RegExp | string): Promise<void> {
		await expect(importInto(there)).rejects.toThrow(reason)
		const again = open(there.connection, { log: silentLog })
		expect(await rowsOf(again)).toEqual({})
		await again.close()
	}

	it('when the file was cut, wherever', async () => {
		const whole = await readFile(file)
		for (const part of [0, 0.01, 0.3, 0.7, 0.999]) {
			await writeFile(file, whole.subarray(0, Math.floor(whole.length * part)))
			await isRefused(/is damaged: .*Nothing was imported\.$/)
			there = await other()
		}
	})

	it.each<[string, (text: string) => string]>([
		['a letter of a row is another', (text) => text.replace('Anna', 'Hans')],
		['a row is missing', (text) => text.replace(/\n[^\n]*Anna[^\n]*/, '')],
		['a table ends early', (text) => text.replace('\n\\.\n', '\n\\.\n\\.\n')],
		['something follows', (text) => `${text}more`],
		['it is another kind of file', () => 'hello\n'],
	])('when %s', async (_, change) => {
		const text = gunzipSync(await readFile(file)).toString('latin1')
		await writeFile(file, gzipSync(Buffer.from(change(text), 'latin1')))
		await isRefused(/is damaged: /)
	})

	it('when it is no file of ours at all, or none', async () => {
		await writeFile(file, 'no gzip')
		await isRefused('is damaged')
		await rm(file)
		there = await other()
		await isRefused('cannot be read (ENOENT)')
	})

	it('when a newer release made the file', async () => {
		const text = gunzipSync(await readFile(file)).toString('latin1')
		const newer = text.replace('"migrations":[', '"migrations":[{"name":"9999_future.sql","checksum":"x"},')
		const { createHash } = await import('node:crypto')
		const body = newer.slice(0, newer.lastIndexOf('{"sha256"'))
		const sha256 = createHash('sha256').update(body, 'latin1').digest('hex')
		await writeFile(file, gzipSync(Buffer.from(`${body}{"sha256":"${sha256}"}\n`, 'latin1')))
		await isRefused('This file was made by a newer release (it has 9999_future.sql)')
	})

	it('when the database is not empty', async () => {
		const taken = await other(freshDatabase)
		await taken.pool.query("insert into users (id, provider, name) values ($1, 'local', 'Bob')", [ANNA])
		await expect(importInto(taken)).rejects.toThrow('This database is not empty (users): ')
		const again = open(taken.connection, { log: silentLog })
		expect((await again.pool.query('select name from users')).rows).toEqual([{ name: 'Bob' }])
		await again.close()
	})

	it('when the database is somebody else’s', async () => {
		await there.pool.query('create table theirs (x int)')
		await expect(importInto(there)).rejects.toThrow('holds tables of something else')
	})

	it('while a server uses the database', async () => {
		await there.pool.query('select 1')
		await expect(run(['import', file], env(there))).rejects.toThrow('A server uses this database')
	})
})

it('an export neither replaces a file nor leaves half of one', async () => {
	await writeFile(file, 'mine')
	await expect(run(['export', file], env(full))).rejects.toThrow('is there already')
	expect(await readFile(file, 'utf8')).toBe('mine')
	const nothing = await other()
	await expect(run(['export', `${file}2`], env(nothing))).rejects.toThrow('nothing to export')
	await expect(run(['export', join(folder, 'no/where')], env(full))).rejects.toThrow(
		'cannot be written (ENOENT)',
	)
	expect(await readdir(folder)).toEqual(['all.gz'])
})

it('the embedded database is exported while its server runs, and imported into an empty DATA_DIR', async () => {
	const dataDir = await mkdtemp(join(tmpdir(), 'speedfog-data-'))
	const there = join(dataDir, 'there')
	try {
		const server = await embedded.start({ dataDir, log: silentLog, isDurable: false })
		const db = open(server.connection, { log: silentLog })
		await migrate(db.pool, silentLog)
		await fill(db)
		expect(await run(['export', file], { DATA_DIR: dataDir })).toBe(0)
		await expect(run(['import', file], { DATA_DIR: dataDir })).rejects.toThrow('Another server (process')
		await db.close()
		await server.stop()
		expect(await run(['export', `${file}-stopped`], { DATA_DIR: dataDir })).toBe(0)
		expect(await run(['import', file], { DATA_DIR: there })).toBe(0)
		expect(printed.text).toContain('2040 visits')
	} finally {
		await rm(dataDir, { recursive: true, force: true })
	}
})

it.each([[], ['export'], ['frob', 'x'], ['import', 'a', 'b']])(
	'%j is answered by how it is meant',
	async (...args) => {
		await expect(run(args)).rejects.toThrow('npm run data -- export')
	},
)

it('a wrong setting is told in one sentence that keeps secrets', async () => {
	const answer = run(['export', file], { DATABASE_URL: 'mysql://me:hush@x' })
	await expect(answer).rejects.toThrow(/^DATABASE_URL is (?!.*hush).*: it takes a postgres:/)
	await expect(run(['export', file], { DATA_DIR: '/nowhere/at/all' })).rejects.toThrow('no such folder')
})
