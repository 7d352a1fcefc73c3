import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { emptyDatabase, throughProxy, urlOf } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { modToken } from '#training/mod-token.ts'
import { bundle, runServer } from './testing-process.ts'
import type { ServerProcess } from './testing-process.ts'
import { connect, startRun } from './testing-run.ts'
import type { TestRun } from './testing-run.ts'

const KEY = 'k'.repeat(64)

let program: string
let dataDir: string
const servers: ServerProcess[] = []

beforeAll(async () => {
	program = await bundle('main.ts', 'main')
})
beforeEach(async () => {
	dataDir = await mkdtemp(join(tmpdir(), 'speedfog-main-'))
})
afterEach(async () => {
	await Promise.all(servers.splice(0).map(stop))
	await rm(dataDir, { recursive: true, force: true })
})

function run(env: NodeJS.ProcessEnv = {}): ServerProcess {
	const server = runServer(program, { PORT: '0', DATA_DIR: dataDir, ...env })
	servers.push(server)
	return server
}

async function stop({ child, ended }: ServerProcess): Promise<Awaited<ServerProcess['ended']>> {
	child.kill('SIGTERM')
	return ended
}

async function json(url: string): Promise<unknown> {
	return (await fetch(url)).json()
}

describe('a server that cannot start says why in one line and ends with 1', () => {
	const external = { DATABASE_URL: 'postgres://me:hush@127.0.0.1:1/x' }
	it.each([
		['a value is wrong', { PORT: 'eighty' }, /^PORT is "eighty": it takes a whole number from 0 to 65535\.$/],
		[
			'others could sign in as anybody',
			{ HOST: '0.0.0.0' },
			/^HOST is "0\.0\.0\.0", .*set TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET/,
		],
		['a shared database has no shared key', external, /^SECRET_KEY is not set and DATABASE_URL is/],
		[
			'the database is not there',
			{ ...external, SECRET_KEY: KEY },
			/^The database of DATABASE_URL does not answer: connect ECONNREFUSED 127\.0\.0\.1:1\.$/,
		],
		[
			'there is no folder for its data',
			{ DATA_DIR: '/dev/null/data' },
			/^DATA_DIR is "\/dev\/null\/data" and cannot be made \(ENOTDIR\): /,
		],
		[
			'its folder is where the system takes none',
			{ DATA_DIR: '/proc/here/data' },
			/^DATA_DIR is "\/proc\/here\/data" and cannot be made \(E\w+\): /,
		],
		[
			'nobody may write in its folder',
			{ DATA_DIR: '/sys' },
			/^\/sys\/secret-key\.\w+ cannot be used \(E\w+\): make DATA_DIR a folder in which all is this user's/,
		],
		[
			'the address is not this machine’s',
			{ HOST: '203.0.113.7', TWITCH_CLIENT_ID: 'a', TWITCH_CLIENT_SECRET: 'b' },
			/^HOST is "203\.0\.113\.7", which is no address of this machine/,
		],
	])('when %s', async (_, env, line) => {
		const { code, stderr, stdout } = await run(env).ended
		expect(stderr.trimEnd()).toMatch(line)
		expect(stderr.trimEnd()).not.toContain('\n')
		expect(stderr + stdout).not.toContain('hush')
		expect(code).toBe(1)
	})

	it('when its port is taken, before it starts anything', async () => {
		const other = createServer().listen(0, '127.0.0.1')
		await once(other, 'listening')
		const { port } = other.address() as AddressInfo
		const { code, stderr } = await run({ PORT: String(port) }).ended
		other.close()
		expect(stderr).toBe(
			`Port ${port} on 127.0.0.1 is taken: stop what listens there, or set PORT to another one (0 picks a free one).\n`,
		)
		expect(code).toBe(1)
		expect(await readdir(dataDir)).not.toContain('postgres')
	})
})

// Everything happens for real here, the making of the database included.
describe('a server on its own database', { timeout: 60_000 }, () => {
	it('gets ready from nothing, keeps one secret key, and stops cleanly', async () => {
		const server = run()
		const url = await server.url
		expect(await json(`${url}/ready`)).toMatchObject({ status: 'ok' })
		const { mode } = await stat(join(dataDir, 'secret-key'))
		expect(mode & 0o777).toBe(0o600)
		const key = await readFile(join(dataDir, 'secret-key'), 'utf8')
		await expect
			.poll(async () => Object.keys((await json(`${url}/api/pools`)) as object), { timeout: 15_000 })
			.toHaveLength(3)

		const socket = new WebSocket(
			`${url.replace('http', 'ws')}/ws/training/01a20467-a0c4-7db2-b6ee-db1c43410d12`,
		)
		await once(socket, 'open')
		const closed = once(socket, 'close')
		const startedMs = Date.now()
		const { code, stderr } = await stop(server)
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
		expect(Date.now() - startedMs).toBeLessThan(10_000)
		expect((await closed)[0]).toBe(1012)
		expect(await readdir(join(dataDir, 'postgres'))).not.toContain('postmaster.pid')

		await run().url
		expect(await readFile(join(dataDir, 'secret-key'), 'utf8')).toBe(key)
	})

	it('refuses a second server on the same data', async () => {
		const server = run()
		await server.url
		const second = await run().ended
		expect(second.code).toBe(1)
		expect(second.stderr).toBe(
			`Another server (process ${server.child.pid}) uses ${dataDir}/postgres: stop it, or set DATA_DIR to another folder for this one.\n`,
		)
	})

	it('takes the Ctrl-C that npm passes on a second time for the same one', async () => {
		const server = run()
		await server.url
		server.child.kill('SIGINT')
		server.child.kill('SIGINT')
		expect((await server.ended).code).toBe(0)
	})
})

describe('servers on one external database', { timeout: 60_000 }, () => {
	let db: TestDatabase
	beforeEach(async () => {
		db = await emptyDatabase()
	})
	afterEach(async () => {
		await Promise.all(servers.splice(0).map(stop))
		await db.drop()
	})

	it('get ready both when they start at the same time', async () => {
		const both = [1, 2].map(() => run({ DATABASE_URL: urlOf(db.connection), SECRET_KEY: KEY }))
		for (const url of await Promise.all(both.map((server) => server.url)))
			expect(await json(`${url}/ready`)).toMatchObject({ status: 'ok' })
		const { rows } = await db.pool.query<{ name: string }>('select name from migrations order by name')
		expect(rows.map(({ name }) => name)).toEqual(await readdir(join(import.meta.dirname, '../migrations')))
		expect(await readdir(dataDir)).not.toContain('postgres')
		expect((await Promise.all(both.map(stop))).map(({ code }) => code)).toEqual([0, 0])
	})

	it('end in time and with 0 also when the database fell silent in the middle of a commit', async () => {
		const { url: databaseUrl, proxy } = await throughProxy(db)
		const server = run({ DATABASE_URL: databaseUrl, SECRET_KEY: KEY })
		const url = await server.url
		const answer = await fetch(`${url}/api/auth/local`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: '{"name":"anna"}',
		})
		const { token } = (await answer.json()) as { token: string }
		await expect
			.poll(() => startRun({ url, token }).catch(() => undefined), { timeout: 10_000 })
			.toBeDefined()
		const played = await startRun({ url, token })
		const mod = await connect(url, played.id, { token: modToken(Buffer.from(KEY), played.id) })
		const [first, second] = played.gates as [TestRun['gates'][0], TestRun['gates'][0]]
		mod.send({ type: 'event_flag', flag_id: first.flag, igt_ms: 1_000 })
		await mod.wait(({ type, node_id }) => type === 'zone_update' && node_id === first.node)
		proxy.goSilent()
		mod.send({ type: 'event_flag', flag_id: second.flag, igt_ms: 2_000 })
		await sleep(500)
		const { code, stderr } = await stop(server)
		expect({ code, stderr, closed: await mod.closed }).toEqual({ code: 0, stderr: '', closed: 1012 })
		await proxy.close()
	})

	it('refuse one that a newer release migrated', async () => {
		await db.pool.query(
			`create table migrations (name text primary key, checksum text not null);
			insert into migrations values ('9999_future.sql', 'x')`,
		)
		const { code, stderr } = await run({ DATABASE_URL: urlOf(db.connection), SECRET_KEY: KEY }).ended
		expect(stderr).toMatch(
			/^This database was migrated by a newer release \(it has 9999_future\.sql\): [^\n]+\n$/,
		)
		expect(code).toBe(1)
	})
})
