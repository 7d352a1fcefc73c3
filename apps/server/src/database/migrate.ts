import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Log } from '#log.ts'
import { Refused } from '#refused.ts'

type Migration = { name: string; sql: string; checksum: string }

/** Any number that nobody else takes on this database: only one server at a time migrates. */
const LOCK_KEY = 7_305_110_011
const MIGRATIONS_TABLE =
	'create table if not exists migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())'

/**
 * Applies what is missing, each file in a transaction of its own, and returns the names applied.
 * Servers that start at the same time wait for each other.
 */
export async function migrate(pool: pg.Pool, log: Log, folder = migrationsFolder()): Promise<string[]> {
	const known = await read(folder)
	const client = await pool.connect()
	try {
		await lock(client, log)
		try {
			return await applyMissing(client, known, log)
		} finally {
			await client.query('select pg_advisory_unlock($1)', [LOCK_KEY])
		}
	} finally {
		client.release()
	}
}

/**
 * Makes the tables as they were after these migrations, in the caller's transaction and an empty database. Throws
 * Refused when they are not all ours.
 */
export async function prepare(
	client: pg.ClientBase,
	wanted: readonly Pick<Migration, 'name' | 'checksum'>[],
	folder = migrationsFolder(),
): Promise<void> {
	const known = await read(folder)
	refuseForeign(new Map(wanted.map(({ name, checksum }) => [name, checksum])), known, 'This file was made')
	await client.query('select pg_advisory_xact_lock($1)', [LOCK_KEY])
	await client.query(MIGRATIONS_TABLE)
	for (const migration of known.filter(({ name }) => wanted.some((one) => one.name === name)))
		await run(client, migration)
}

/** Beside src in the source tree, beside dist in a build. */
function migrationsFolder(): string {
	const candidates = [
		join(import.meta.dirname, '../../migrations'),
		join(import.meta.dirname, '../migrations'),
	]
	const found = candidates.find((folder) => existsSync(folder))
	if (!found) throw new Error(`no migrations folder at ${candidates.join(' or ')}`)
	return found
}

async function read(folder: string): Promise<Migration[]> {
	const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort()
	return Promise.all(
		names.map(async (name) => {
			// A checkout with other line endings is the same migration.
			const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n')
			return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
		}),
	)
}

async function lock(client: pg.PoolClient, log: Log): Promise<void> {
	const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [
		LOCK_KEY,
	])
	if (rows[0]?.free) return
	log.info('waiting for another server to finish its migrations')
	await client.query('select pg_advisory_lock($1)', [LOCK_KEY])
}

async function applyMissing(client: pg.PoolClient, known: Migration[], log: Log): Promise<string[]> {
	await client.query(MIGRATIONS_TABLE)
	const { rows } = await client.query<{ name: string; checksum: string }>(
		'select name, checksum from migrations',
	)
	const applied = new Map(rows.map((row) => [row.name, row.checksum]))
	refuseForeign(applied, known, 'This database was migrated')
	const missing = known.filter(({ name }) => !applied.has(name))
	for (const migration of missing) {
		await apply(client, migration)
		log.info({ migration: migration.name }, 'migration applied')
	}
	return missing.map(({ name }) => name)
}

function refuseForeign(applied: Map<string, string>, known: Migration[], what: string): void {
	const newer = [...applied.keys()]
		.sort()
		.filter((name) => !known.some((migration) => migration.name === name))
	if (newer.length > 0)
		throw new Refused(
			`${what} by a newer release (it has ${newer.join(', ')}): start that release, or restore a backup from before the upgrade.`,
		)
	const changed = known.find(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum)
	if (changed)
		throw new Refused(
			`Migration ${changed.name} is not the one of this release: a migration that was applied must never change.`,
		)
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<void> {
	await client.query('begin')
	try {
		await run(client, migration)
		await client.query('commit')
	} catch (error) {
		await client.query('rollback')
		throw new Error(`migration ${migration.name} failed`, { cause: error })
	}
}

async function run(client: pg.ClientBase, { name, sql, checksum }: Migration): Promise<void> {
	await client.query(sql)
	await client.query('insert into migrations (name, checksum) values ($1, $2)', [name, checksum])
}
