import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { tcpProxy } from '#live/testing/tcp-proxy.ts'
import type { TcpProxy } from '#live/testing/tcp-proxy.ts'
import { silentLog } from '#log.ts'
import { open } from './database.ts'
import type { Connection, Database } from './database.ts'
import { onServer, withDatabase } from './testing-setup.ts'

export type TestDatabase = Database & { connection: Connection; drop(): Promise<void> }

/** A migrated database of its own without any rows, on the test run's PostgreSQL; `drop` closes and removes it. */
export async function freshDatabase(): Promise<TestDatabase> {
	return make(inject('postgres').template)
}

/** The same without tables. */
export async function emptyDatabase(): Promise<TestDatabase> {
	return make('template1')
}

async function make(template: string): Promise<TestDatabase> {
	const { server } = inject('postgres')
	const name = `speedfog_test_${randomBytes(8).toString('hex')}`
	await onServer(server, `create database ${name} template ${template}`)
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

/** The same database through something that can fall silent. */
export async function throughProxy({ connection }: TestDatabase): Promise<{ url: string; proxy: TcpProxy }> {
	const { host, port, ...rest } = connection as Exclude<Connection, string>
	const proxy = await tcpProxy(host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : port)
	return { url: urlOf({ ...rest, host: '127.0.0.1', port: proxy.port }), proxy }
}

/** The form that DATABASE_URL takes. */
export function urlOf(connection: Connection): string {
	if (typeof connection === 'string') return connection
	const { host, port, user, database } = connection
	return `postgres:///${database}?${new URLSearchParams({ host, port: String(port), user }).toString()}`
}
