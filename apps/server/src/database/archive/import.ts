import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { Refused } from '#refused.ts'
import { prepare } from '../migrate.ts'
import { quoted, SESSION, target } from './format.ts'
import type { Head } from './format.ts'
import { ArchiveReader } from './reader.ts'
import { total } from './export.ts'

type Watch = {
	/** Before each of the two times the file is read. */
	onPass?: (pass: 'checking' | 'importing', rows: number) => void
	onRows?: (rows: number) => void
}

const NEWLINE = 0x0a

/** Reads a file to its end. Throws `Refused` with what is wrong with it. */
export async function verify(file: string, watch: Watch = {}): Promise<Head> {
	const reader = new ArchiveReader(file)
	try {
		const head = await reader.head()
		watch.onPass?.('checking', total(head))
		let done = 0
		for (const table of head.tables) {
			let rows = 0
			for await (const chunk of reader.rows()) {
				for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) rows++
				watch.onRows?.(done + rows)
			}
			if (rows !== table.rows) throw new Refused(`${file} is damaged: ${table.name} lacks rows.`)
			done += rows
		}
		await reader.end()
		return head
	} finally {
		reader.close()
	}
}

/**
 * Fills an empty database with the rows of a file, as they were when it was made; what newer releases changed is
 * left to `migrate`. Everything happens in one transaction, and nothing before the file was checked.
 */
export async function importFrom(client: pg.ClientBase, file: string, watch: Watch = {}): Promise<Head> {
	const checked = await verify(file, watch)
	await client.query('begin')
	const reader = new ArchiveReader(file)
	try {
		await client.query(SESSION)
		await refuseUse(client)
		await makeRoom(client)
		await prepare(client, checked.migrations)
		const head = await reader.head()
		watch.onPass?.('importing', total(head))
		let done = 0
		for (const table of head.tables) {
			await pipeline(reader.rows(), client.query(copyFrom(`copy ${target(table)} from stdin`)))
			watch.onRows?.((done += table.rows))
		}
		await reader.end()
		await client.query('commit')
		await client.query('analyze')
		return head
	} catch (error) {
		await client.query('rollback').catch(() => undefined)
		throw error
	} finally {
		reader.close()
	}
}

async function refuseUse(client: pg.ClientBase): Promise<void> {
	const { rows } = await client.query<{ others: number }>(
		`select count(*)::int as others from pg_stat_activity
		where datname = current_database() and application_name = 'speedfog' and pid <> pg_backend_pid()`,
	)
	if (rows[0]!.others > 0) throw new Refused('A server uses this database: stop it, then import.')
}

/** Tables that a start of some release made go, as long as they hold nothing. */
async function makeRoom(client: pg.ClientBase): Promise<void> {
	const { rows } = await client.query<{ name: string }>(
		"select tablename as name from pg_tables where schemaname = 'public' order by 1",
	)
	if (rows.length === 0) return
	const names = rows.map(({ name }) => name)
	if (!names.includes('migrations'))
		throw new Refused('This database holds tables of something else: import into one of its own.')
	const filled: string[] = []
	for (const name of names.filter((name) => name !== 'migrations')) {
		const { rowCount } = await client.query(`select from ${quoted(name)} limit 1`)
		if (rowCount! > 0) filled.push(name)
	}
	if (filled.length > 0)
		throw new Refused(
			`This database is not empty (${filled.join(', ')}): import into a new one, so that nothing is lost.`,
		)
	await client.query(`drop table ${names.map(quoted).join(', ')}`)
}
