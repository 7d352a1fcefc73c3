import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import * as embedded from '../../apps/server/src/database/embedded.ts'
import { silentLog } from '../../apps/server/src/log.ts'
import { parentOf } from '../machine/processes.ts'
import type { Stage } from '../stage.ts'

/** A PostgreSQL that is no server's own. */
export type Database = {
	/** What DATABASE_URL takes. */
	url: string
	pool: pg.Pool
	/** The process whose children serve the connections. */
	pid: number
	stop(): Promise<void>
}

/** The PostgreSQL that npm ships, durable as in production; started again it has the same rows. */
export async function start(stage: Stage): Promise<Database> {
	const dataDir = join(stage.folder, 'database')
	mkdirSync(dataDir, { recursive: true })
	const { connection, stop } = await embedded.start({
		dataDir,
		log: silentLog,
		settings: { max_connections: '200' },
	})
	if (typeof connection === 'string') throw new Error('The embedded PostgreSQL has settings, not a URL')
	const pool = new pg.Pool({ ...connection, max: 4 })
	pool.on('error', () => {})
	const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
	let stopped: Promise<void> | undefined
	const stopOnce = () => (stopped ??= pool.end().then(stop))
	stage.onEnd(stopOnce)
	const { database, port, ...rest } = connection
	const query = new URLSearchParams({ ...rest, port: String(port) })
	return {
		url: `postgres:///${database}?${query.toString()}`,
		pool,
		pid: parentOf(rows[0]!.pid),
		stop: stopOnce,
	}
}
