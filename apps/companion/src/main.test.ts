import { buildGraph } from '@speedfog/core/graph/testing'
import { build } from 'esbuild'
import { spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { writeStoredZip } from './testing/stored-zip.ts'
import { openTinyServer, tinyConfig, type TinyServer, type TinyServerOptions } from './testing/tiny-server.ts'

const { json, graph } = buildGraph({ layers: [['quay'], ['grotto'], ['crown']] })
let folder: string
const closing: (() => unknown)[] = []

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'companion-'))
})
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close()
	rmSync(folder, { recursive: true, force: true })
})

async function serve(options: Partial<TinyServerOptions> = {}): Promise<TinyServer> {
	const server = await openTinyServer({ graph, ...options })
	closing.push(() => server.close())
	return server
}

function tomlFor(server: TinyServer): string {
	const { serverUrl, modToken, sessionId, seedId } = tinyConfig(server)
	return `[server]\nurl = "${serverUrl}"\nmod_token = "${modToken}"\nrace_id = "${sessionId}"\nseed_id = "${seedId}"\ntraining = true\n`
}

function packWith(toml?: string): string {
	const path = join(folder, 'pack.zip')
	const files: Record<string, string> = { 'speedfog_x/graph.json': JSON.stringify(json) }
	if (toml !== undefined) files['speedfog_x/lib/speedfog_race.toml'] = toml
	writeStoredZip(path, files)
	return path
}

/** Built once: it starts several times faster than its sources. */
const programs = mkdtempSync(join(tmpdir(), 'companion-'))
const main = join(programs, 'companion.cjs')
beforeAll(async () => {
	const entryPoints = [join(import.meta.dirname, 'main.ts')]
	await build({
		entryPoints,
		outfile: main,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		external: ['koffi'],
	})
})
afterAll(() => rmSync(programs, { recursive: true }))

function start(args: string[], stdio: StdioOptions = 'pipe') {
	const child = spawn(process.execPath, [main, ...args], { stdio })
	closing.push(() => child.kill('SIGKILL'))
	const said = { out: '', err: '' }
	child.stdout?.on('data', (text) => (said.out += text))
	child.stderr?.on('data', (text) => (said.err += text))
	const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }))
	return { child, ended }
}

describe('the command line', () => {
	it('tells its version', async () => {
		expect(await start(['--version']).ended).toMatchObject({ code: 0, out: `${manifest.version}\n` })
	})

	it('plays a pack to the end', async () => {
		const server = await serve()
		const { ended } = start([
			'simulate',
			'--pack',
			packWith(tomlFor(server)),
			'--speed',
			'2000',
			'--seed',
			'1',
		])
		const { code, out } = await ended
		expect(code).toBe(0)
		expect(out).toMatch(
			/^Overlay for OBS [^\n]*\nSimulated game 1 at 2000 times the clock\n[^]*\nFinished, with \d+ deaths\n$/,
		)
		expect(server.run.status).toBe('finished')
	})

	it('takes the configuration of the run from stdin, and is silent when told to', async () => {
		const server = await serve()
		const { child, ended } = start([
			'simulate',
			'--pack',
			packWith(),
			'--config',
			'-',
			'--speed',
			'2000',
			'--quiet',
		])
		child.stdin?.end(tomlFor(server))
		expect(await ended).toMatchObject({ code: 0, out: expect.stringMatching(/^Finished[^\n]*\n$/) })
	})

	it('ends cleanly on SIGTERM, and plays on another time', async () => {
		const server = await serve()
		const args = ['simulate', '--pack', packWith(tomlFor(server)), '--outbox', folder]
		const { child, ended } = start([...args, '--speed', '20'])
		await vi.waitFor(() => expect(server.run.visits.length).toBeGreaterThan(0), 10_000)
		child.kill('SIGTERM')
		expect(await ended).toMatchObject({ code: 0, out: expect.stringContaining('Stopped') })
		expect(await start([...args, '--speed', '2000']).ended).toMatchObject({ code: 0 })
		expect(server.run.status).toBe('finished')
	})

	it('lets a second one beside the same run say so and stop', async () => {
		const server = await serve()
		const args = ['simulate', '--pack', packWith(tomlFor(server)), '--outbox', folder, '--speed', '1']
		start(args)
		await vi.waitFor(() => expect(server.auths).toHaveLength(1), 10_000)
		const { code, err } = await start(args).ended
		expect({ code, err }).toEqual({
			code: 2,
			err: 'Another companion already reports this run: this one is not needed.\n',
		})
		expect(server.auths).toHaveLength(1)
	})

	it.runIf(process.platform === 'linux')('says what to do where it cannot keep anything', async () => {
		const args = ['simulate', '--pack', packWith(tomlFor(await serve())), '--outbox', '/sys/nowhere']
		const { code, err } = await start(args).ended
		expect({ code, err }).toEqual({
			code: 2,
			err: expect.stringMatching(
				/^\/sys\/nowhere cannot be written \(E\w+\): unpack the pack where you may write/,
			),
		})
	})

	it('keeps a log beside the run, without its token', async () => {
		const server = await serve({ refuse: () => ({ message: 'Invalid mod token or session', code: 4003 }) })
		const args = ['--pack', packWith(tomlFor(server)), '--outbox', folder, '--port', '0']
		expect(await start(args).ended).toMatchObject({ code: 1 })
		const log = readFileSync(join(folder, 'speedfog-companion.log'), 'utf8')
		expect(log).toMatch(/^\S+Z Companion /m)
		expect(log).toMatch(/^\S+Z Stopped: Invalid mod token or session$/m)
		expect(log).not.toContain('secret')
	})

	it('does not outlive the program that started it', async () => {
		const server = await serve()
		const args = ['simulate', '--pack', packWith(), '--config', '-', '--speed', '1']
		const { child } = start(args, ['pipe', 'ignore', 'pipe', 'ipc'])
		child.stdin?.end(tomlFor(server))
		await vi.waitFor(() => expect(server.auths).toHaveLength(1), 10_000)
		child.disconnect()
		expect(await once(child, 'exit')).toEqual([0, null])
	})

	it('[C9] fails with the words of the server', async () => {
		const server = await serve({ refuse: () => ({ message: 'Invalid mod token or session', code: 4003 }) })
		const { ended } = start(['simulate', '--pack', packWith(tomlFor(server))])
		expect(await ended).toMatchObject({ code: 1, err: 'Stopped: Invalid mod token or session\n' })
	})

	it('is misused with one sentence and a code of its own', async () => {
		const { code, err } = await start(['simulate', '--pack', 'none.zip']).ended
		expect({ code, err }).toEqual({ code: 2, err: 'There is no pack at none.zip.\n' })
	})
})
