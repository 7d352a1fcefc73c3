import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { silentLog } from '#log.ts'
import { open } from './database.ts'
import type { Connection, Database } from './database.ts'
import { onServer, withDatabase } from './testing-setup.ts'

export type TestDatabase = Database & { connection: Connection; drop(): Promise<void> }

/** A migrated, empty database of its own on the test run's PostgreSQL; `drop` closes and removes it. */
export async function freshDatabase(): Promise<TestDatabase> {
	const { server, template } = inject('postgres')
	const name = `speedfog_test_${randomBytes(8).toString('hex')}`
	// Copying file by file asks for two checkpoints; with the log it is one pass.
	await onServer(server, `create database ${name} template ${template} strategy wal_log`)
	const connection = withDatabase(server, name)
	const database = open(connection, { log: silentLog })
	return {
		...database,
		connection,
		drop: async () => {
			await database.close()
			await onServer(server, `drop database if exists ${name} with (force)`)
		},
	}
}
