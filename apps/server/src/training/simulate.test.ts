import type { SessionDetail } from '@speedfog/core/protocol/training'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { testApp, TRAINING_POOL } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'
import { readZip } from '#packs/testing.ts'
import { startTestServer } from '#testing.ts'

// Stands in for the companion: writes down how it was started and then does as its run's speed tells.
const PROGRAM = `
import { writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
const toml = await text(process.stdin)
const speed = process.argv[process.argv.indexOf('--speed') + 1]
writeFileSync(process.argv[1] + '.told', JSON.stringify({ args: process.argv.slice(2), env: process.env, toml, pid: process.pid }))
process.on('disconnect', () => process.exit(0))
if (speed === '2') { console.error('no such game'); process.exit(3) }
if (speed === '3') process.exit(0)
if (speed === '4') process.on('SIGTERM', () => {})
setInterval(() => {}, 1000)
`
type Told = { args: string[]; env: Record<string, string>; toml: string; pid: number }

let server: TestApp
let anna: string
let id: string

beforeEach(async () => {
	server = await testApp()
	await server.put('package.json', '{"type":"module"}')
	await server.put('companion.js', PROGRAM)
	await server.put('training_standard/config.toml', TRAINING_POOL)
	await server.putSeed('training_standard', 'abc')
	await server.scan()
	anna = await server.signIn('Anna')
	const run = await server.call({ method: 'POST', url: '/api/training', as: anna })
	id = run.json<{ id: string }>().id
})
afterEach(() => server.close())

const press = (body?: unknown) =>
	server.call({ method: 'POST', url: `/api/training/${id}/simulate`, as: anna, body })

async function told(): Promise<Told> {
	const file = join(server.root, 'companion.js.told')
	await expect.poll(() => readFile(file, 'utf8').catch(() => ''), { timeout: 5_000 }).not.toBe('')
	return JSON.parse(await readFile(file, 'utf8')) as Told
}

function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0)
	} catch {
		return false
	}
}

const logged = (msg: string) => () => server.lines.some((line) => line.msg === msg && line.session === id)

describe('a simulated run', () => {
	it('is played by a companion that gets its config through a pipe and none of our secrets', async () => {
		process.env.SECRET_KEY = 'do not tell'
		const answer = await press()
		expect([answer.statusCode, answer.body]).toEqual([202, ''])
		const { args, env, toml } = await told()
		delete process.env.SECRET_KEY
		const pack = join(server.root, 'training_standard/seed_abc.zip')
		expect(args.slice(0, 7)).toEqual(['simulate', '--pack', pack, '--config', '-', '--speed', '30'])
		expect(Object.keys(env)).not.toContain('SECRET_KEY')
		const { server: to } = parse(toml) as { server: Record<string, string> }
		expect(to).toMatchObject({ url: 'ws://127.0.0.1:8000', race_id: id })
		expect(JSON.stringify([args, env])).not.toContain(to.mod_token)
	})

	it('is marked as simulated, with everything else as it was', async () => {
		await press({ speed: 10 })
		const run = await server.call({ url: `/api/training/${id}?graph=false`, as: anna })
		expect(run.json()).toMatchObject({ simulated: true, status: 'active' })
	})

	it('is played once at a time, and again after the game ended', async () => {
		expect((await press({ speed: 3 })).statusCode).toBe(202)
		expect((await press()).statusCode).toBe(409)
		await expect.poll(logged('the simulated game ended'), { timeout: 10_000 }).toBe(true)
		expect((await press()).statusCode).toBe(202)
	})

	it('that breaks off is logged with its last words', async () => {
		await press({ speed: 2 })
		await expect.poll(logged('the simulated game broke off'), { timeout: 10_000 }).toBe(true)
		expect(server.lines).toContainEqual(
			expect.objectContaining({ code: 3, lastWords: 'no such game', session: id }),
		)
	})

	it('ends with the server, even when it does not want to', async () => {
		for (const speed of [30, 4]) {
			await server.put('companion.js.told', '')
			await press({ speed })
			const { pid } = await told()
			expect(isAlive(pid)).toBe(true)
			await server.deps.simulations.close()
			await expect.poll(() => isAlive(pid)).toBe(false)
			await expect.poll(() => server.deps.simulations.isRunning(id)).toBe(false)
		}
	})

	it('is refused for a run that ended, at a speed of no kind, and where it is not local', async () => {
		for (const speed of [0, -1, 1e9, '30', null]) expect((await press({ speed })).statusCode).toBe(422)
		await server.call({ method: 'POST', url: `/api/training/${id}/abandon`, as: anna })
		expect((await press()).statusCode).toBe(409)
		server.deps.config.localMode = false
		expect((await press()).statusCode).toBe(403)
	})
})

describe('a game that is connected', () => {
	it('shows in what REST tells, and keeps a simulated one out until it is gone', async () => {
		const whole = await startTestServer()
		const { token } = await whole.signIn('Anna')
		const headers = { authorization: `Bearer ${token}` }
		const call = (path: string, method = 'GET') =>
			fetch(`${whole.url}/api/training${path}`, { method, headers })
		const run = (await (await call('', 'POST')).json()) as SessionDetail
		const pack = await readZip(Buffer.from(await (await call(`/${run.id}/pack`)).arrayBuffer()))
		const toml = [...pack].find(([name]) => name.endsWith('lib/speedfog_race.toml'))![1].toString()
		const config = parse(toml) as { server: { url: string; mod_token: string } }

		const mod = new WebSocket(`${config.server.url}/ws/training/${run.id}`)
		const types: string[] = []
		mod.on('message', (frame: Buffer) => types.push((JSON.parse(String(frame)) as { type: string }).type))
		const closed = once(mod, 'close')
		await once(mod, 'open')
		mod.send(JSON.stringify({ type: 'auth', mod_token: config.server.mod_token }))
		await expect.poll(() => types).toContain('zone_update')
		mod.send(JSON.stringify({ type: 'status_update', igt_ms: 1500, death_count: 2 }))
		const shown = async () => (await (await call(`/${run.id}?graph=false`)).json()) as SessionDetail
		await expect.poll(shown).toMatchObject({ mod_connected: true, igt_ms: 1500, death_count: 2 })
		const { graph_json } = run as { graph_json: { nodes: Record<string, { type: string }> } }
		const [startNode] = Object.entries(graph_json.nodes).find(([, { type }]) => type === 'start')!
		expect(await shown()).toMatchObject({
			current_zone: startNode,
			progress_nodes: [{ node_id: startNode, igt_ms: 0, deaths: 2 }],
		})
		expect(await (await call('')).json()).toMatchObject([{ id: run.id, mod_connected: true, igt_ms: 1500 }])
		expect((await call(`/${run.id}/simulate`, 'POST')).status).toBe(409)

		expect(await (await call(`/${run.id}/abandon`, 'POST')).json()).toMatchObject({
			status: 'abandoned',
			igt_ms: 1500,
		})
		expect((await closed)[0]).toBe(1000)
		expect(types).toContain('race_status_change')
		await whole.close()
	})
})
