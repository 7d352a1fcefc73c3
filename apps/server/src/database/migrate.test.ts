import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { silentLog } from '#log.ts'
import { Refused } from '#refused.ts'
import { open } from './database.ts'
import type { Database } from './database.ts'
import { migrate } from './migrate.ts'
import { emptyDatabase, freshDatabase } from './testing.ts'
import type { TestDatabase } from './testing.ts'

describe('migrations', () => {
	let db: TestDatabase
	let folder: string
	const others: Database[] = []

	beforeEach(async () => {
		db = await emptyDatabase()
		folder = await mkdtemp(join(tmpdir(), 'speedfog-migrations-'))
		await write('0001_first.sql', 'create table seen (id integer); insert into seen values (1);')
		await write('0002_second.sql', 'insert into seen\nvalues (2);')
	})
	afterEach(async () => {
		await Promise.all(others.splice(0).map((other) => other.close()))
		await db.drop()
		await rm(folder, { recursive: true })
	})

	it('are applied once each, in the order of their numbers', async () => {
		await write('0010_third.sql', 'insert into seen values (3);')
		expect(await migrate(db.pool, silentLog, folder)).toEqual([
			'0001_first.sql',
			'0002_second.sql',
			'0010_third.sql',
		])
		expect(await seen()).toEqual([1, 2, 3])
		expect(await migrate(db.pool, silentLog, folder)).toEqual([])
		expect(await seen()).toEqual([1, 2, 3])
	})

	it('are applied as far as they are missing', async () => {
		await migrate(db.pool, silentLog, folder)
		await write('0003_third.sql', 'insert into seen values (3);')
		expect(await migrate(db.pool, silentLog, folder)).toEqual(['0003_third.sql'])
		expect(await seen()).toEqual([1, 2, 3])
	})

	it('leave nothing of a file that fails, and all of the ones before', async () => {
		await write('0003_broken.sql', 'insert into seen values (3); insert into nowhere values (1);')
		await write('0004_never.sql', 'insert into seen values (4);')
		await expect(migrate(db.pool, silentLog, folder)).rejects.toThrow('migration 0003_broken.sql failed')
		expect(await seen()).toEqual([1, 2])
		await write('0003_broken.sql', 'insert into seen values (3);')
		expect(await migrate(db.pool, silentLog, folder)).toEqual(['0003_broken.sql', '0004_never.sql'])
		expect(await seen()).toEqual([1, 2, 3, 4])
	})

	it('are applied once by servers that start at the same time', async () => {
		await write('0003_slow.sql', 'select pg_sleep(0.3); insert into seen values (3);')
		for (let count = 0; count < 4; count++) others.push(open(db.connection, { log: silentLog, max: 1 }))
		const applied = await Promise.all(others.map(({ pool }) => migrate(pool, silentLog, folder)))
		expect(applied.map((names) => names.length).sort()).toEqual([0, 0, 0, 3])
		expect(await seen()).toEqual([1, 2, 3])
	})

	it('are refused on a database that a newer release migrated', async () => {
		await migrate(db.pool, silentLog, folder)
		await rm(join(folder, '0002_second.sql'))
		const refused = migrate(db.pool, silentLog, folder)
		await expect(refused).rejects.toThrow(Refused)
		await expect(refused).rejects.toThrow(
			/^This database was migrated by a newer release \(it has 0002_second\.sql\): /,
		)
	})

	it('are refused when a file was changed after it was applied, but not for its line endings', async () => {
		await migrate(db.pool, silentLog, folder)
		await write('0002_second.sql', 'insert into seen\r\nvalues (2);')
		expect(await migrate(db.pool, silentLog, folder)).toEqual([])
		await write('0002_second.sql', 'insert into seen values (22);')
		await expect(migrate(db.pool, silentLog, folder)).rejects.toThrow(
			/^Migration 0002_second\.sql is not the one/,
		)
	})

	it('leave the lock free for others after a failure', async () => {
		await write('0003_broken.sql', 'nonsense')
		await expect(migrate(db.pool, silentLog, folder)).rejects.toThrow()
		const { rows } = await db.pool.query(
			`select from pg_locks join pg_database on pg_database.oid = pg_locks.database
			where locktype = 'advisory' and datname = current_database()`,
		)
		expect(rows).toEqual([])
	})

	async function write(name: string, sql: string): Promise<void> {
		await mkdir(folder, { recursive: true })
		await writeFile(join(folder, name), sql)
	}

	async function seen(): Promise<number[]> {
		const { rows } = await db.pool.query<{ id: number }>('select id from seen order by id')
		return rows.map(({ id }) => id)
	}
})

describe('our own migrations', () => {
	it('make the tables the queries are written for', async () => {
		const db = await freshDatabase()
		const { rows } = await db.pool.query<{ name: string }>(
			"select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
		)
		await db.drop()
		expect(rows.map(({ name }) => name)).toEqual(
			expect.arrayContaining([
				'migrations',
				'run_events',
				'seeds',
				'tokens',
				'training_sessions',
				'users',
				'visits',
			]),
		)
	})

	it('are all known to the test databases', async () => {
		const db = await freshDatabase()
		expect(await migrate(db.pool, silentLog)).toEqual([])
		await db.drop()
		expect(inject('postgres').template).toMatch(/^speedfog_template_/)
	})
})
