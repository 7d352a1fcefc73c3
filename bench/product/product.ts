import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServerProcess } from '../../e2e/server.ts'
import type { Stage } from '../stage.ts'
import * as databases from './database.ts'
import type { Database } from './database.ts'

/** The built server, and the database beside it. */
export type Product = { server: ServerProcess; database: Database }

export const SECRET_KEY = 'a-key-for-measurements-that-keeps-no-secret'

const PROFILES = join(import.meta.dirname, '../../.cache/bench')
const FACTOR_WARNING = 'RATE_LIMIT_FACTOR is 1000: rate limits are not the usual ones.'
/** A clean stop takes ten seconds at most. */
const STOPS_WITHIN_MS = 15_000
const POOLS_WITHIN_MS = 60_000

/** A server with its pools read, on a database of its own. */
export async function start(
	stage: Stage,
	env: NodeJS.ProcessEnv = {},
	nodeArgs: string[] = [],
): Promise<Product> {
	const database = await databases.start(stage)
	const server = await startServer(stage, database, env, nodeArgs)
	return { server, database }
}

/** One more server on the same database. */
export async function startServer(
	stage: Stage,
	database: Database,
	env: NodeJS.ProcessEnv = {},
	nodeArgs: string[] = [],
): Promise<ServerProcess> {
	const profile = stage.profile ? ['--cpu-prof', '--cpu-prof-dir', PROFILES] : []
	const server = await ServerProcess.start(
		{
			LOG_LEVEL: 'warn',
			DATABASE_URL: database.url,
			SECRET_KEY,
			RATE_LIMIT_FACTOR: '1000',
			...(stage.pools === undefined ? {} : { SEEDS_POOL_DIR: stage.pools }),
			...env,
		},
		[...profile, ...nodeArgs],
	)
	stage.onEnd(async () => {
		await Promise.race([server.stop(), sleep(STOPS_WITHIN_MS, undefined, { ref: false })])
		await server.kill()
		await server.remove()
		for (const line of complaintsOf(server.output)) stage.say(`the server said: ${line}`)
	})
	await poolsRead(database)
	return server
}

/** Its warnings, each once and with how often it came. */
function complaintsOf(output: string): string[] {
	const counts = new Map<string, number>()
	for (const [, message] of output.matchAll(/"msg":"([^"]+)"/g))
		counts.set(message!, (counts.get(message!) ?? 0) + 1)
	counts.delete(FACTOR_WARNING)
	return [...counts].map(([message, count]) => `${message} (${count} ×)`)
}

async function poolsRead({ pool }: Database): Promise<void> {
	for (let waitedMs = 0; waitedMs < POOLS_WITHIN_MS; waitedMs += 100) {
		const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from seeds')
		if (rows[0]!.count > 0) return
		await sleep(100)
	}
	throw new Error('The server has read no seeds')
}
