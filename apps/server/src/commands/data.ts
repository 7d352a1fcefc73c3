import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readPlace } from '#config.ts'
import { exportTo } from '#database/archive/export.ts'
import { importFrom, verify } from '#database/archive/import.ts'
import * as database from '#database/database.ts'
import type { Connection } from '#database/database.ts'
import * as dataFolders from '#data-folder.ts'
import * as embedded from '#database/embedded.ts'
import { migrate } from '#database/migrate.ts'
import { openLog } from '#log.ts'
import { isEntry } from '#process.ts'
import { Refused } from '#refused.ts'
import * as progress from './progress.ts'
import { runCommand } from './run-command.ts'

const USAGE = `npm run data -- export <file>   all data of one moment, also while the server runs
npm run data -- check <file>    whether a file is whole
npm run data -- import <file>   into an empty database, while no server runs
The database is that of DATABASE_URL, else the one in DATA_DIR.`

// What is said goes to where it does not mix with results.
const log = openLog('warn', { isTerminal: process.stderr.isTTY, destination: process.stderr })

/** Returns the exit code. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
	const [command, path, ...rest] = args
	if (path === undefined || rest.length > 0) throw new Refused(USAGE)
	// npm starts us in the project's folder, whatever folder its caller is in.
	const file = resolve(env['INIT_CWD'] ?? '.', path)
	switch (command) {
		case 'export':
			return exportData(file, env)
		case 'check':
			return check(file)
		case 'import':
			return importData(file, env)
		default:
			throw new Refused(USAGE)
	}
}

async function exportData(file: string, env: NodeJS.ProcessEnv): Promise<number> {
	if (existsSync(file)) throw new Refused(`${file} is there already: choose another name, or move it away.`)
	let bar: progress.Progress | undefined
	const { rows, tables, sha256 } = await withDatabase(env, 'reading', async (db) => {
		const client = await db.pool.connect()
		let isDone = false
		try {
			const exported = await exportTo(client, file, {
				onTotal: (total) => (bar = progress.open('Exporting', total)),
				onRows: (done) => bar?.show(done),
			})
			isDone = true
			return exported
		} catch (error) {
			throw forUser(error, file)
		} finally {
			bar?.end()
			client.release(!isDone)
		}
	})
	const { size } = await stat(file)
	print(`${file}: ${rows} rows of ${tables} tables, ${size} bytes\nSHA-256 of its content: ${sha256}`)
	return 0
}

/** A full disk, a folder that is not there or not ours. */
function forUser(error: unknown, file: string): unknown {
	const { code, syscall } = error as NodeJS.ErrnoException
	return code !== undefined && syscall !== undefined
		? new Refused(`${file} cannot be written (${code}).`)
		: error
}

async function check(file: string): Promise<number> {
	const head = await bars((watch) => verify(file, watch))
	print(`${file} is whole: made at ${head.made_at} by release ${head.release}, ${counts(head)}`)
	return 0
}

async function importData(file: string, env: NodeJS.ProcessEnv): Promise<number> {
	const { head, newer } = await withDatabase(env, 'writing', async (db) => {
		const client = await db.pool.connect()
		const head = await bars((watch) => importFrom(client, file, watch)).finally(() => client.release())
		return { head, newer: await migrate(db.pool, log) }
	})
	print(`Imported ${counts(head)}.`)
	if (newer.length > 0) print(`Brought up to this release: ${newer.join(', ')}.`)
	return 0
}

/** A bar for each time the file is read. */
async function bars<Result>(
	work: (watch: {
		onPass: (pass: string, rows: number) => void
		onRows: (done: number) => void
	}) => Promise<Result>,
): Promise<Result> {
	let bar: progress.Progress | undefined
	try {
		return await work({
			onPass: (pass, rows) => {
				bar?.end()
				bar = progress.open(pass === 'checking' ? 'Checking ' : 'Importing', rows)
			},
			onRows: (done) => bar?.show(done),
		})
	} finally {
		bar?.end()
	}
}

async function withDatabase<Result>(
	env: NodeJS.ProcessEnv,
	mode: 'reading' | 'writing',
	work: (db: database.Database) => Promise<Result>,
): Promise<Result> {
	const { connection, release } = await reach(env, mode)
	const db = database.open(connection, { log, max: 1 })
	try {
		if (typeof connection === 'string') await database.check(db)
		return await work(db)
	} finally {
		await db.close()
		await release()
	}
}

/** The database of a server that runs may be read; to be written into it must be ours alone. */
async function reach(
	env: NodeJS.ProcessEnv,
	mode: 'reading' | 'writing',
): Promise<{ connection: Connection; release: () => Promise<void> }> {
	const place = readPlace(env)
	if (!place.ok) throw new Refused(place.problem)
	const { databaseUrl, dataDir } = place
	if (databaseUrl !== undefined) return { connection: databaseUrl, release: async () => undefined }
	if (mode === 'writing') await dataFolders.make(dataDir)
	else if (!existsSync(dataDir)) throw new Refused(`DATA_DIR is "${dataDir}", and there is no such folder.`)
	const running = mode === 'reading' ? await embedded.findRunning(dataDir) : undefined
	if (running) return { connection: running, release: async () => undefined }
	const own = await embedded.start({ dataDir, log })
	return { connection: own.connection, release: () => own.stop() }
}

function counts({ tables }: Awaited<ReturnType<typeof verify>>): string {
	return tables.map(({ name, rows }) => `${rows} ${name}`).join(', ')
}

function print(text: string): void {
	process.stdout.write(`${text}\n`)
}

if (isEntry(import.meta.url)) await runCommand(run)
