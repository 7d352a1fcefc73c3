import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { Refused } from '#refused.ts'
import { version as release } from '../../../package.json'
import { END_OF_TABLE, SESSION, target } from './format.ts'
import type { Head } from './format.ts'

export type Exported = { rows: number; tables: number; sha256: string }

type Watch = {
	/** Once, before the first row. */
	onTotal?: (rows: number) => void
	onRows?: (rows: number) => void
}

const NEWLINE = 0x0a

/**
 * Writes all rows of one moment into a file, while servers may go on writing. The file appears complete or not at
 * all, and only its owner can read it. When it fails the client is in the middle of a table: it must be ended.
 */
export async function exportTo(client: pg.ClientBase, file: string, watch: Watch = {}): Promise<Exported> {
	const unfinished = `${file}.part`
	const sum = createHash('sha256')
	await client.query('begin isolation level repeatable read read only')
	try {
		await client.query(SESSION)
		const head = await headOf(client)
		const rows = total(head)
		watch.onTotal?.(rows)
		const bytes = summed(bytesOf(client, head, watch), sum)
		await pipeline(bytes, createGzip(), createWriteStream(unfinished, { mode: 0o600 }))
		await sync(unfinished)
		await rename(unfinished, file)
		await client.query('commit')
		return { rows, tables: head.tables.length, sha256: sum.digest('hex') }
	} finally {
		await rm(unfinished, { force: true })
	}
}

async function headOf(client: pg.ClientBase): Promise<Head> {
	const { rows: found } = await client.query<{ ours: boolean }>(
		"select to_regclass('public.migrations') is not null as ours",
	)
	if (!found[0]!.ours) throw new Refused('This database is empty: there is nothing to export.')
	const migrations = await client.query<Head['migrations'][number]>(
		'select name, checksum from migrations order by name',
	)
	const tables: Head['tables'] = []
	for (const { name, columns } of inOrder(await tablesOf(client))) {
		const counted = await client.query<{ rows: number }>(`select count(*)::int as rows from "${name}"`)
		tables.push({ name, columns, rows: counted.rows[0]!.rows })
	}
	const made_at = new Date().toISOString()
	return {
		format: 'speedfog-training-data',
		version: 1,
		made_at,
		release,
		migrations: migrations.rows,
		tables,
	}
}

type Table = { name: string; columns: string[]; needs: string[] }

/** All tables, of whatever release, but the record of migrations: that one stands in the head. */
async function tablesOf(client: pg.ClientBase): Promise<Table[]> {
	const { rows } = await client.query<Table>(`
		select t.relname as name,
			(select array_agg(a.attname::text order by a.attnum) from pg_attribute a
				where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
			array(select c.confrelid::regclass::text from pg_constraint c
				where c.conrelid = t.oid and c.contype = 'f' and c.confrelid <> t.oid) as needs
		from pg_class t where t.relkind in ('r', 'p') and not t.relispartition
			and t.relnamespace = 'public'::regnamespace and t.relname <> 'migrations'
		order by t.relname`)
	return rows
}

/** Each behind those its rows point to. */
function inOrder(tables: readonly Table[]): Table[] {
	const placed: Table[] = []
	const isPlaced = (name: string) => placed.some((table) => table.name === name)
	while (placed.length < tables.length) {
		const next = tables.find(({ name, needs }) => !isPlaced(name) && needs.every(isPlaced))
		if (!next) throw new Error('the tables point to each other in a circle')
		placed.push(next)
	}
	return placed
}

async function* bytesOf(client: pg.ClientBase, head: Head, { onRows }: Watch): AsyncGenerator<Buffer> {
	yield line(JSON.stringify(head))
	let rows = 0
	for (const table of head.tables) {
		for await (const chunk of client.query(
			copyTo(`copy ${target(table)} to stdout`),
		) as AsyncIterable<Buffer>) {
			rows += countLines(chunk)
			onRows?.(rows)
			yield chunk
		}
		yield line(END_OF_TABLE)
	}
}

async function* summed(
	bytes: AsyncIterable<Buffer>,
	sum: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
	for await (const chunk of bytes) {
		sum.update(chunk)
		yield chunk
	}
	yield line(JSON.stringify({ sha256: sum.copy().digest('hex') }))
}

function line(text: string): Buffer {
	return Buffer.from(`${text}\n`)
}

function countLines(chunk: Buffer): number {
	let count = 0
	for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count++
	return count
}

/** How many rows a file holds. */
export function total(head: Head): number {
	return head.tables.reduce((sum, { rows }) => sum + rows, 0)
}

async function sync(file: string): Promise<void> {
	const handle = await open(file, 'r+')
	try {
		await handle.sync()
	} finally {
		await handle.close()
	}
}
