import { makeDemoPools } from '@speedfog/forge/demo-pools'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COOKIE } from '#accounts/accounts.ts'
import { freshDatabase, urlOf } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { silentLog } from '#log.ts'
import type { Log } from '#log.ts'
import { start } from './main.ts'

export type TestServer = {
	url: string
	wsUrl: string
	db: TestDatabase
	/** A new device of that user. */
	signIn(name: string): Promise<{ id: string; cookie: string; token: string }>
	close(): Promise<void>
}

type Options = {
	/** A folder of pools; without one small demo pools are made. */
	pools?: string
	env?: NodeJS.ProcessEnv
	log?: Log
}

/** A whole server in this process, on a free port and a database of its own; its pools are read. */
export async function startTestServer({
	pools,
	env = {},
	log = silentLog,
}: Options = {}): Promise<TestServer> {
	const db = await freshDatabase()
	const folder = await mkdtemp(join(tmpdir(), 'speedfog-server-'))
	if (pools === undefined) await makeDemoPools(join(folder, 'pools'), { seedsPerPool: 2 })
	const server = await start(
		{
			PORT: '0',
			DATA_DIR: folder,
			DATABASE_URL: urlOf(db.connection),
			SECRET_KEY: randomBytes(32).toString('hex'),
			SEEDS_POOL_DIR: pools ?? join(folder, 'pools'),
			RATE_LIMIT_FACTOR: '1000',
			...env,
		},
		log,
	)
	await server.filled
	const url = `http://localhost:${server.config.port}`
	return {
		url,
		wsUrl: url.replace('http:', 'ws:'),
		db,
		signIn: (name) => signIn(url, name),
		close: async () => {
			await server.close()
			await db.drop()
			await rm(folder, { recursive: true, force: true })
		},
	}
}

async function signIn(url: string, name: string): Promise<{ id: string; cookie: string; token: string }> {
	const answer = await fetch(`${url}/api/auth/local`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ name }),
	})
	if (!answer.ok) throw new Error(await answer.text())
	const { token, user } = (await answer.json()) as { token: string; user: { id: string } }
	return { id: user.id, token, cookie: `${COOKIE}=${token}` }
}
