import { spawn } from 'node:child_process'
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '#log.ts'
import * as embedded from './embedded.ts'
import * as binaries from './embedded/binaries.ts'
import { giveTo } from './embedded/data-folder.ts'
import * as endpoints from './embedded/endpoint.ts'
import * as pidFiles from './embedded/pid-file.ts'
import * as postmasters from './embedded/postmaster.ts'
import { candidates } from './embedded/runner.ts'
import { copyOf, emptyFolder, makeTemplate, remove, withoutLinks } from './embedded/testing/folder.ts'
import {
	asSomebody,
	buildProgram,
	isRoot,
	SOMEBODY,
	startProcess,
	startWithoutNamespaces,
} from './embedded/testing/process.ts'
import type { Ready, ServerProcess } from './embedded/testing/process.ts'

let template: string
const folders: string[] = []
const processes: ServerProcess[] = []

beforeAll(async () => {
	await buildProgram()
	template = await makeTemplate()
})
afterEach(async () => {
	await Promise.all(processes.splice(0).map((server) => server.stop()))
	await Promise.all(folders.splice(0).map(remove))
})
afterAll(() => remove(template))

async function folder(kind: 'made' | 'empty' = 'made'): Promise<string> {
	const dataDir = kind === 'made' ? await copyOf(template) : await emptyFolder()
	folders.push(dataDir)
	return dataDir
}

function run(dataDir: string, options: { before?: string[]; elsewhere?: string[] } = {}): ServerProcess {
	const { before, ...others } = options
	return kept(startProcess({ dataDir, ...others }, before))
}

function kept(server: ServerProcess): ServerProcess {
	processes.push(server)
	return server
}

async function ready(server: ServerProcess): Promise<Ready> {
	const told = await server.told
	if (!told.ready) throw new Error(JSON.stringify(told))
	return told.ready
}

async function postgresOf(dataDir: string): Promise<number> {
	return (await pidFiles.read(join(dataDir, 'postgres')))!.pid
}

describe('a server that is killed', () => {
	it('takes its PostgreSQL with it, and the next start finds all that was committed', async () => {
		const dataDir = await folder()
		const first = run(dataDir)
		await ready(first)
		const pid = await postgresOf(dataDir)
		await first.kill()
		await expect
			.poll(() => pidFiles.whoIs(pid, join(dataDir, 'postgres')), { timeout: 15_000 })
			.not.toBe('postgres')
		expect((await ready(run(dataDir))).starts).toBe(2)
	})

	it('and started again at once outlives the PostgreSQL that is just ending', async () => {
		const dataDir = await folder()
		const first = run(dataDir)
		await ready(first)
		await first.kill()
		const postgres = await embedded.start({ dataDir, log: silentLog, isDurable: false })
		await postgres.stop()
	})

	it('may leave a PostgreSQL without an owner: the next start stops it', async () => {
		const dataDir = await folder()
		const orphan = await launchOrphan(dataDir)
		const server = run(dataDir)
		expect((await ready(server)).starts).toBe(1)
		await orphan.ended
		expect(await postgresOf(dataDir)).not.toBe(orphan.pid)
		expect(server.log).toContain('stopping the PostgreSQL that a killed server left')
	})

	it('while it makes its data folder leaves nothing that hinders the next start', async () => {
		const dataDir = await folder('empty')
		const first = run(dataDir)
		await expect
			.poll(async () => (await readdir(dataDir)).some((name) => name.includes('unfinished')), {
				timeout: 15_000,
			})
			.toBe(true)
		await first.kill()
		expect(await readdir(dataDir)).not.toContain('postgres')
		expect((await ready(run(dataDir))).starts).toBe(1)
	})

	it.each([
		['a zombie', 'sleep 0 & exec sleep 60'],
		['somebody else', 'sleep 60 & exec sleep 60'],
	])('may leave the number of a process that is %s now', async (_, script) => {
		const dataDir = await folder()
		const stranger = spawn('sh', ['-c', `${script.replace('&', '& echo $!;')}`], {
			stdio: ['ignore', 'pipe', 'ignore'],
		})
		const pid = await new Promise<number>((resolve) =>
			stranger.stdout.once('data', (text) => resolve(Number(text))),
		)
		await writeFile(join(dataDir, 'postgres/postmaster.pid'), `${pid}\n${dataDir}/postgres\n1\n`)
		const postgres = await embedded.start({ dataDir, log: silentLog, patienceMs: 200 })
		await postgres.stop()
		if (script.startsWith('sleep 60')) process.kill(pid, 'SIGKILL')
		stranger.kill('SIGKILL')
	})
})

describe('an ordinary user', () => {
	it('runs it as itself and stops it cleanly', async () => {
		const dataDir = await folder('empty')
		if (isRoot) await chown(dataDir, SOMEBODY, SOMEBODY)
		const server = run(dataDir, { before: asSomebody() })
		expect((await ready(server)).starts).toBe(1)
		const pid = await postgresOf(dataDir)
		expect((await stat(`/proc/${pid}`)).uid).toBe(isRoot ? SOMEBODY : process.getuid!())
		expect(await server.stop()).toBe(0)
		expect(await readdir(join(dataDir, 'postgres'))).not.toContain('postmaster.pid')
	})

	it('uses a copy of the programs when links are missing in a folder it may not write in', async () => {
		const dataDir = await folder()
		const elsewhere = await folder('empty')
		const programs = await withoutLinks(elsewhere)
		await chmod(elsewhere, 0o755)
		await chmod(join(programs.folder, 'lib'), 0o555)
		if (isRoot) await giveTo({ uid: SOMEBODY, gid: SOMEBODY }, dataDir)
		const server = kept(startProcess({ dataDir, programs }, asSomebody()))
		await ready(server)
		expect(server.log).toContain('PostgreSQL runs from a copy of its programs')
		expect(await readdir(join(programs.folder, 'lib'))).not.toContain('libicui18n.so.60')
		await server.stop()
		await chmod(join(programs.folder, 'lib'), 0o755)
	})

	it('is told whose folder it is when the data belongs to another', async ({ skip }) => {
		if (!isRoot) skip('only root can make a folder of another user')
		const dataDir = await folder()
		await chmod(dataDir, 0o755)
		const { refused } = await run(dataDir, { before: asSomebody() }).told
		expect(refused).toMatch(
			/postgres belongs to user 0 and this server runs as user 12345: start it as that user, or give/,
		)
	})

	it('is told when it may not write in DATA_DIR', async ({ skip }) => {
		if (!isRoot) skip('only root can make a folder of another user')
		const dataDir = await folder('empty')
		await chmod(dataDir, 0o755)
		const { refused } = await run(dataDir, { before: asSomebody() }).told
		expect(refused).toBe(
			`PostgreSQL cannot run with its data in ${dataDir}: set DATA_DIR to a folder this user may write in, or set DATABASE_URL.`,
		)
	})
})

describe.skipIf(!isRoot)('root (not tried: the tests run as an ordinary user)', () => {
	it('runs it in a user namespace, and all files stay root’s', async () => {
		const dataDir = await folder()
		await ready(run(dataDir))
		const status = await readFile(`/proc/${await postgresOf(dataDir)}/status`, 'utf8')
		expect(status).toMatch(/^CapEff:\t0000000000000000$/m)
		expect((await stat(join(dataDir, 'postgres/PG_VERSION'))).uid).toBe(0)
	})

	it('runs it as the user whose folder it is', async () => {
		const dataDir = await folder()
		await giveTo({ uid: SOMEBODY, gid: SOMEBODY }, dataDir)
		await ready(run(dataDir))
		expect((await stat(`/proc/${await postgresOf(dataDir)}`)).uid).toBe(SOMEBODY)
	})

	it('runs it as nobody from a copy of the programs where namespaces are forbidden', async () => {
		const dataDir = await folder()
		await chmod(dataDir, 0o755)
		const hidden = await folder('empty')
		const programs = await withoutLinks(hidden)
		const server = kept(await startWithoutNamespaces({ dataDir, programs }))
		expect((await ready(server)).starts).toBe(1)
		expect((await stat(`/proc/${await postgresOf(dataDir)}`)).uid).toBe(65_534)
		expect(server.log).toContain('PostgreSQL runs from a copy of its programs')
		await server.stop()
		expect((await ready(run(dataDir))).starts).toBe(2)
	})

	it('keeps the database where PostgreSQL reaches it when DATA_DIR is out of its reach, and finds it again', async () => {
		const closed = await folder('empty')
		const dataDir = join(closed, 'data')
		const elsewhere = await folder('empty')
		await mkdir(dataDir)
		await chown(closed, SOMEBODY, SOMEBODY)
		const first = run(dataDir, { elsewhere: [elsewhere] })
		expect((await ready(first)).starts).toBe(1)
		const [name] = await readdir(elsewhere)
		expect(first.log).toContain(
			`PostgreSQL's user cannot reach ${dataDir}: the database lies in ${join(elsewhere, name!)} instead`,
		)
		await first.stop()
		await chmod(closed, 0o755)
		expect((await ready(run(dataDir, { elsewhere: ['/not/asked'] }))).starts).toBe(2)
	})

	it('never begins with an empty database elsewhere when there is one in DATA_DIR', async () => {
		const closed = await folder('empty')
		const dataDir = join(closed, 'data')
		await mkdir(join(dataDir, 'postgres'), { recursive: true })
		await writeFile(join(dataDir, 'postgres/PG_VERSION'), '18\n')
		await chown(closed, SOMEBODY, SOMEBODY)
		const { refused } = await run(dataDir, { elsewhere: [await folder('empty')] }).told
		expect(refused).toMatch(
			/^PostgreSQL refuses to run as root and no other user reaches .*: start the server as/,
		)
	})
})

/** One that nothing ties to its server, as on systems without a signal at a parent's death. */
async function launchOrphan(dataDir: string): Promise<postmasters.Postmaster> {
	const [best] = candidates(undefined)
	const tie = best!.prefix.indexOf('--') + 1
	const runner = { ...best!, prefix: best!.prefix.slice(tie) }
	const dataFolder = join(dataDir, 'postgres')
	const { settings } = await endpoints.choose(dataFolder, dataDir, runner)
	const found = (await binaries.find())!
	const orphan = postmasters.launch({ runner, binaries: found, dataFolder, settings, log: silentLog })
	await expect.poll(async () => (await pidFiles.read(dataFolder))?.socketFolder).toBe(dataFolder)
	return orphan
}
