import { Kysely, PostgresDialect } from 'kysely'
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

/** Opens a pool; nothing is connected before the first query. */
export function open(connection: Connection, { log, max = 10 }: { log: Log; max?: number }): Database {
	const pool = new pg.Pool({ ...clientConfig(connection), max })
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
