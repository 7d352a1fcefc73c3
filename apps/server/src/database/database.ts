import { Kysely, PostgresDialect } from 'kysely'
import type { Socket } from 'node:net'
import pg from 'pg'
import type { Log } from '#log.ts'
import { Refused } from '#refused.ts'
import type { Tables } from './schema.ts'

export type Database = {
	kysely: Kysely<Tables>
	/** For hot paths: named prepared statements, multi-row writes, LISTEN. */
	pool: pg.Pool
	close(): Promise<void>
}

/** Where a PostgreSQL answers: a URL, or the settings of the embedded one. */
export type Connection =
	string | { host: string; port: number; user: string; password?: string | undefined; database: string }

type Options = {
	log: Log
	max?: number
	/** A query that is not answered for so long has lost its connection. */
	silentMs?: number
}

/** Opens a pool; nothing is connected before the first query. */
export function open(connection: Connection, { log, max = 10, silentMs }: Options): Database {
	const pool = new pg.Pool({ ...clientConfig(connection), max })
	pool.on('connect', (client) => {
		// Its query fails, and says so. Told once more, to nobody who listens, it would end the process.
		client.on('error', () => {})
		if (silentMs !== undefined) endWhenSilent(client, silentMs)
	})
	const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
	let closed: Promise<void> | undefined
	// Without a listener an idle connection's end would be an uncaught error and end the process. The error itself
	// carries its whole connection, which nobody wants in a log.
	pool.on('error', ({ message }) => {
		if (!closed) log.warn({ why: message }, 'a database connection was lost')
	})
	// Kysely's own destroy leaves the pool open when Kysely made no query.
	return { kysely, pool, close: () => (closed ??= pool.end()) }
}

/**
 * A connection can die without a word: a database that moved to another machine, a firewall that forgot. TCP finds
 * out after a quarter of an hour, and whatever the pool has would hang until then.
 */
function endWhenSilent(client: pg.PoolClient, silentMs: number): void {
	const { connection } = client as unknown as { connection: { stream: Socket } }
	const isBusy = () => !(client as unknown as { readyForQuery: boolean }).readyForQuery
	connection.stream.setTimeout(silentMs, () => {
		if (isBusy()) connection.stream.destroy(new Error('Connection terminated: no answer'))
	})
}

/** Settings for a single connection of its own, such as one that listens. */
export function clientConfig(connection: Connection): pg.ClientConfig {
	const where = typeof connection === 'string' ? { connectionString: connection } : connection
	return { ...where, application_name: 'speedfog', connectionTimeoutMillis: 10_000, keepAlive: true, types }
}

const BIGINT_OID = 20

// Our bigints (file sizes, counts, path counts) are shown as JSON numbers.
const types = new pg.TypeOverrides()
types.setTypeParser(BIGINT_OID, Number)

const OLDEST_VERSION = 14

/** Refuses a database that cannot be reached or is too old; the message names no password. */
export async function check({ pool }: Database): Promise<void> {
	const version = await pool
		.query<{ server_version_num: string }>('show server_version_num')
		.then(({ rows }) => Number(rows[0]!.server_version_num))
		.catch((error: NodeJS.ErrnoException) => {
			throw new Refused(`The database of DATABASE_URL does not answer: ${error.message || error.code}.`)
		})
	if (version < OLDEST_VERSION * 10_000)
		throw new Refused(
			`The database of DATABASE_URL is PostgreSQL ${Math.floor(version / 10_000)}: it takes ${OLDEST_VERSION} or newer.`,
		)
}
