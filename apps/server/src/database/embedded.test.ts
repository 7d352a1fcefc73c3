import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '#log.ts'
import { open } from './database.ts'
import type { Connection } from './database.ts'
import * as embedded from './embedded.ts'
import type { Embedded } from './embedded.ts'
import { Refused } from '#refused.ts'
import { copyOf, emptyFolder, makeTemplate, remove, withoutLinks } from './embedded/testing/folder.ts'

let template: string
const folders: string[] = []
const running: Embedded[] = []

beforeAll(async () => {
	template = await makeTemplate()
})
afterEach(async () => {
	await Promise.all(running.splice(0).map((postgres) => postgres.stop()))
	await Promise.all(folders.splice(0).map(remove))
})
afterAll(() => remove(template))

async function start(dataDir: string, options: Partial<embedded.Options> = {}): Promise<Embedded> {
	const postgres = await embedded.start({ dataDir, log: silentLog, isDurable: false, ...options })
	running.push(postgres)
	return postgres
}

async function folder(kind: 'made' | 'empty' = 'made'): Promise<string> {
	const dataDir = kind === 'made' ? await copyOf(template) : await emptyFolder()
	folders.push(dataDir)
	return dataDir
}

async function query<Row extends object>(
	{ connection }: { connection: Connection },
	sql: string,
): Promise<Row[]> {
	const { pool, close } = open(connection, { log: silentLog })
	try {
		return (await pool.query<Row>(sql)).rows
	} finally {
		await close()
	}
}

async function pidOf(dataDir: string): Promise<number> {
	return Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
}

describe('the embedded PostgreSQL', () => {
	it('makes its data folder and keeps what was committed from one start to the next', async () => {
		const dataDir = await folder('empty')
		const first = await start(dataDir)
		await query(first, "create table kept as select 'Übung' as word")
		await first.stop()
		expect(await query(await start(dataDir), 'select word from kept')).toEqual([{ word: 'Übung' }])
		expect(await readdir(dataDir)).toEqual(['postgres'])
	})

	it('uses a short private folder for its socket when DATA_DIR is deep, and removes it', async () => {
		const deep = join(await folder('empty'), 'deep-'.repeat(30))
		await cp(template, deep, { recursive: true })
		const postgres = await start(deep)
		const { host } = postgres.connection as { host: string }
		expect(Buffer.byteLength(join(host, '.s.PGSQL.5432'))).toBeLessThan(100)
		expect((await stat(host)).mode & 0o777).toBe(0o700)
		expect(await query(postgres, 'select 1 as one')).toEqual([{ one: 1 }])
		await postgres.stop()
		await expect(stat(host)).rejects.toThrow('ENOENT')
	})

	it('starts again when it dies, with all that was committed', async () => {
		const dataDir = await folder()
		const postgres = await start(dataDir)
		await query(postgres, 'create table kept as select 1 as one')
		process.kill(await pidOf(dataDir), 'SIGKILL')
		await expect
			.poll(() => query(postgres, 'select one from kept').catch(() => []), { timeout: 15_000 })
			.toEqual([{ one: 1 }])
	})

	it('is given up when it cannot start again', async () => {
		const dataDir = await folder()
		const postgres = await start(dataDir)
		await rm(join(dataDir, 'postgres/global/pg_control'))
		process.kill(await pidOf(dataDir), 'SIGKILL')
		expect((await postgres.failed).message).toMatch(/^PostgreSQL did not start on .*pg_control/s)
	})

	it('stops at once when it is dead already', async () => {
		const dataDir = await folder()
		const postgres = await start(dataDir)
		process.kill(await pidOf(dataDir), 'SIGKILL')
		await postgres.stop()
	})
})

describe('while it runs', () => {
	let dataDir: string
	let postgres: Embedded
	beforeAll(async () => {
		dataDir = await copyOf(template)
		postgres = await embedded.start({ dataDir, log: silentLog, isDurable: false })
	})
	afterAll(async () => {
		await postgres.stop()
		await remove(dataDir)
	})

	it('speaks UTF-8 over a socket that only its user can reach, and no TCP', async () => {
		expect(
			await query(
				postgres,
				"select current_setting('listen_addresses') as tcp, datcollate as locale, pg_encoding_to_char(encoding) as encoding from pg_database where datname = current_database()",
			),
		).toEqual([{ tcp: '', locale: 'C', encoding: 'UTF8' }])
		expect((await stat((postgres.connection as { host: string }).host)).mode & 0o777).toBe(0o700)
	})

	it('is out of reach of a Ctrl-C in the terminal, being in a process group of its own', async () => {
		expect(process.kill(-(await pidOf(dataDir)), 0)).toBe(true)
	})

	it('serves one server: the second says so and leaves the first alone', async () => {
		const second = embedded.start({ dataDir, log: silentLog, patienceMs: 300 })
		await expect(second).rejects.toThrow(Refused)
		await expect(second).rejects.toThrow(
			`Another server (process ${process.pid}) uses ${dataDir}/postgres: stop it, or set DATA_DIR to another folder for this one.`,
		)
		expect(await query(postgres, 'select 1 as one')).toEqual([{ one: 1 }])
	})
})

describe('a data folder', () => {
	it('goes to one of two servers that make it at the same time', async () => {
		const dataDir = await folder('empty')
		const starts = [1, 2].map(() => start(dataDir, { patienceMs: 1_500 }))
		const outcomes = await Promise.allSettled(starts)
		expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
		expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toBeInstanceOf(Refused)
		expect(await query(running[0]!, 'select 1 as one')).toEqual([{ one: 1 }])
		expect(await readdir(dataDir)).toEqual(['postgres'])
	})

	it('of another PostgreSQL major is refused with what to do, and left as it is', async () => {
		const dataDir = await folder('empty')
		await mkdir(join(dataDir, 'postgres'))
		await writeFile(join(dataDir, 'postgres/PG_VERSION'), '17\n')
		await expect(start(dataDir)).rejects.toThrow(
			/postgres was made by PostgreSQL 17 and this release has PostgreSQL 18: start the release that made it .* or move the folder away/,
		)
		expect(await readdir(join(dataDir, 'postgres'))).toEqual(['PG_VERSION'])
	})

	it('that holds something else is refused', async () => {
		const dataDir = await folder('empty')
		await mkdir(join(dataDir, 'postgres'))
		await writeFile(join(dataDir, 'postgres/notes.txt'), 'mine')
		await expect(start(dataDir)).rejects.toThrow(
			/postgres is not empty and not a PostgreSQL data folder: move it away/,
		)
	})
})

describe('the programs', () => {
	it('get the links npm cannot pack when the install script was left out', async () => {
		const programs = await withoutLinks(await folder('empty'))
		expect(await query(await start(await folder(), { programs }), 'select 1 as one')).toEqual([{ one: 1 }])
		expect(await readdir(join(programs.folder, 'lib'))).toContain('libicui18n.so.60')
	})
})
