import pg from 'pg'
import { clientConfig } from '../database.ts'
import type { Connection } from '../database.ts'
import { isOutage } from '../outage.ts'

/** A connection that holds the claim to a data folder; it ends with the process, however that dies. */
export type Claim = { client: pg.Client; release(): Promise<void> }

export type Attempt =
	| { outcome: 'taken'; claim: Claim }
	/** Another server works on this data folder. */
	| { outcome: 'held'; by: string }
	/** It starts up, recovers or shuts down. */
	| { outcome: 'busy' }
	| { outcome: 'silent' }

const LOCK_KEY = 7_305_110_010

/** Tries to become the one server of the PostgreSQL that answers there. */
export async function take(connection: Exclude<Connection, string>): Promise<Attempt> {
	const client = new pg.Client({
		...clientConfig({ ...connection, database: 'postgres' }),
		application_name: `speedfog server ${process.pid}`,
		connectionTimeoutMillis: 5_000,
	})
	// Its end is noticed by whoever asked for 'end'; unheard it would end the process.
	client.on('error', () => undefined)
	try {
		await client.connect()
		const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
			LOCK_KEY,
		])
		if (rows[0]?.taken) return { outcome: 'taken', claim: { client, release: () => client.end() } }
		const by = await holder(client)
		await client.end()
		return { outcome: 'held', by }
	} catch (error) {
		await client.end().catch(() => undefined)
		const { code } = error as NodeJS.ErrnoException
		if (code === 'ENOENT' || code === 'ECONNREFUSED') return { outcome: 'silent' }
		if (isOutage(error)) return { outcome: 'busy' }
		throw error
	}
}

async function holder(client: pg.Client): Promise<string> {
	const { rows } = await client.query<{ name: string }>(
		`select application_name as name from pg_stat_activity join pg_locks using (pid)
		where locktype = 'advisory' and granted and (classid::bigint << 32) + objid::bigint = $1`,
		[LOCK_KEY],
	)
	return rows[0]?.name.replace('speedfog server', 'process') ?? 'one that is just stopping'
}
