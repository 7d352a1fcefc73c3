import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { silentLog } from '#log.ts'
import { open } from './database.ts'
import type { Connection } from './database.ts'
import * as embedded from './embedded.ts'
import { migrate } from './migrate.ts'

declare module 'vitest' {
	interface ProvidedContext {
		/** A server for tests and the migrated database that each test's own is copied from. */
		postgres: { server: Connection; template: string }
	}
}

const SETTINGS = { max_connections: '300' }

/** One PostgreSQL for the whole test run: an embedded one, or the one of TEST_DATABASE_URL (its user may create databases). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const external = process.env['TEST_DATABASE_URL']
	const own = external ? undefined : await startOwn()
	const server = external ?? own!.connection
	const template = `speedfog_template_${randomBytes(4).toString('hex')}`
	await onServer(server, `create database ${template}`)
	const database = open(withDatabase(server, template), { log: silentLog })
	await migrate(database.pool, silentLog)
	await database.close()
	project.provide('postgres', { server, template })
	return async () => {
		if (own) await own.stop()
		else await onServer(server, `drop database ${template}`)
	}
}

/** The same server, another of its databases. */
export function withDatabase(server: Connection, database: string): Connection {
	if (typeof server !== 'string') return { ...server, database }
	const url = new URL(server)
	url.pathname = `/${database}`
	return url.href
}

export async function onServer(server: Connection, sql: string): Promise<void> {
	const { pool, close } = open(server, { log: silentLog, max: 1 })
	try {
		await pool.query(sql)
	} finally {
		await close()
	}
}

async function startOwn() {
	const dataDir = await mkdtemp(join(tmpdir(), 'speedfog-test-'))
	const { connection, stop } = await embedded.start({
		dataDir,
		log: silentLog,
		isDurable: false,
		settings: SETTINGS,
	})
	return {
		connection,
		stop: async () => {
			await stop()
			await rm(dataDir, { recursive: true, force: true })
		},
	}
}
