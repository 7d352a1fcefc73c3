import { diamond } from '@speedfog/core/graph/testing'
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startTwitch } from '#accounts/testing/twitch.ts'
import type { StandIn } from '#accounts/testing/twitch.ts'
import { freshDatabase, urlOf } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { TRAINING_POOL } from '#http/testing.ts'
import * as redisServer from '#live/testing/redis-server.ts'
import type { RedisServer } from '#live/testing/redis-server.ts'
import { makeZip, readZip } from '#packs/testing.ts'
import { bundle, runServer } from './testing-process.ts'
import type { ServerProcess } from './testing-process.ts'

const NAME = 'speedfog.example.org'
const ORIGIN = `https://${NAME}`
const isPossible = runs('nginx', '-v') && runs('openssl', 'version')
const installation = 'apt-get install nginx-light openssl'
const withPostgres = `two servers behind nginx that talk through PostgreSQL (${installation})`
const withRedis = `two servers behind nginx that talk through Redis (${installation} redis-server)`

describe.runIf(isPossible)(withPostgres, () => behindNginx())
describe.runIf(isPossible && redisServer.isInstalled())(withRedis, () => behindNginx(redisServer.startRedis))

function behindNginx(startRedis?: typeof redisServer.startRedis): void {
	let redis: RedisServer | undefined
	let folder: string
	let db: TestDatabase
	let twitch: StandIn
	let servers: ServerProcess[]
	let nginx: ChildProcess
	let httpPort: number
	let httpsPort: number

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'speedfog-nginx-'))
		await mkdir(join(folder, 'pools/training_standard'), { recursive: true })
		await writeFile(join(folder, 'pools/training_standard/config.toml'), TRAINING_POOL)
		const zip = await makeZip({ 'a/graph.json': JSON.stringify(diamond().json) })
		await writeFile(join(folder, 'pools/training_standard/seed_a.zip'), zip)
		db = await freshDatabase()
		redis = await startRedis?.()
		twitch = await startTwitch()
		twitch.person = { id: '1', login: 'anna', display_name: 'Anna', profile_image_url: '' }
		const ports = await freePorts(4)
		;[httpPort, httpsPort] = ports as [number, number]
		const program = await bundle('main.ts', 'behind-nginx')
		servers = ports.slice(2).map((port) =>
			runServer(program, {
				PORT: String(port),
				PUBLIC_URL: ORIGIN,
				TRUSTED_PROXIES: '127.0.0.1',
				DATABASE_URL: urlOf(db.connection),
				...(redis && { REDIS_URL: redis.url }),
				SECRET_KEY: 'k'.repeat(64),
				SEEDS_POOL_DIR: join(folder, 'pools'),
				TWITCH_CLIENT_ID: twitch.config.clientId,
				TWITCH_CLIENT_SECRET: twitch.config.clientSecret,
				TWITCH_BASE_URL: twitch.config.baseUrl,
				TWITCH_API_URL: twitch.config.apiUrl,
			}),
		)
		nginx = await startNginx(ports)
		for (const port of ports) await whenOpen(port)
	})
	afterAll(async () => {
		nginx?.kill()
		for (const { child } of servers ?? []) child.kill('SIGTERM')
		await Promise.all((servers ?? []).map(({ ended }) => ended))
		await redis?.stop()
		await twitch?.close()
		await db?.drop()
		await rm(folder, { recursive: true, force: true })
	})

	/** The sample as it is, but for addresses and the certificate. */
	async function startNginx([http, https, ...upstreams]: number[]): Promise<ChildProcess> {
		const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
		const subject = ['-subj', `/CN=${NAME}`, '-days', '1', '-nodes', '-newkey', 'rsa:2048']
		execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
		const sample = await readFile(join(import.meta.dirname, '../../../deploy/nginx.conf'), 'utf8')
		const site = sample
			.replace('listen 80;', `listen 127.0.0.1:${http};`)
			.replace('listen 443 ssl http2;', `listen 127.0.0.1:${https} ssl http2;`)
			.replace(/listen \[::\].*/g, '')
			.replace(/ssl_certificate .*/, `ssl_certificate ${cert};`)
			.replace(/ssl_certificate_key .*/, `ssl_certificate_key ${key};`)
			.replace('server 127.0.0.1:8000;', upstreams.map((port) => `server 127.0.0.1:${port};`).join('\n'))
		const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
		const temporary = places.map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n')
		await writeFile(
			join(folder, 'nginx.conf'),
			`daemon off; pid ${join(folder, 'pid')}; error_log ${join(folder, 'error.log')}; worker_processes 1;
			events {} http { access_log off; ${temporary} ${site} }`,
		)
		return spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
			stdio: 'ignore',
		})
	}

	type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

	async function call(
		path: string,
		{ method = 'GET', headers = {}, body = '' }: { method?: string; headers?: object; body?: string } = {},
	): Promise<Answer> {
		const sent = request({
			...{ host: '127.0.0.1', port: httpsPort, servername: NAME, rejectUnauthorized: false, path, method },
			headers: { host: NAME, ...(body === '' ? {} : { 'content-type': 'application/json' }), ...headers },
		})
		sent.end(body)
		const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
		return { status: answer.statusCode!, headers: answer.headers, body: await buffer(answer) }
	}

	const cookies = ({ headers }: Answer) => headers['set-cookie'] ?? []
	const pair = (cookie: string) => cookie.split(';', 1)[0]!

	async function signIn(): Promise<{ cookie: string; setCookie: string }> {
		const begun = await call('/api/auth/twitch?redirect=/training')
		const atTwitch = await fetch(begun.headers.location!, { redirect: 'manual' })
		const back = new URL(atTwitch.headers.get('location')!)
		expect(back.origin).toBe(ORIGIN)
		const answer = await call(`${back.pathname}${back.search}`, {
			headers: { cookie: cookies(begun).map(pair).join('; ') },
		})
		const setCookie = cookies(answer).find((cookie) => cookie.startsWith('speedfog_session='))!
		return { cookie: pair(setCookie), setCookie }
	}

	async function open(path: string, headers: object = {}): Promise<{ socket: WebSocket; frames: string[] }> {
		const socket = new WebSocket(`wss://127.0.0.1:${httpsPort}${path}`, {
			headers: { host: NAME, ...headers },
			rejectUnauthorized: false,
		})
		const frames: string[] = []
		socket.on('message', (data: Buffer) => frames.push(data.toString()))
		await once(socket, 'open')
		return { socket, frames }
	}

	it('send everybody to the encrypted address, and say so for a year', async () => {
		const plain = await fetch(`http://127.0.0.1:${httpPort}/training?x=1`, { redirect: 'manual' })
		expect([plain.status, plain.headers.get('location')]).toEqual([301, 'https://127.0.0.1/training?x=1'])
		const page = await call('/ready')
		expect(page.status).toBe(200)
		expect(page.headers['strict-transport-security']).toBe('max-age=31536000')
		const policy = String(page.headers['content-security-policy'])
		expect(policy).toContain(`connect-src 'self' wss://${NAME}`)
		expect(/script-src[^;]*/.exec(policy)?.[0]).not.toContain('unsafe-inline')
	})

	it('keep the figures and other names to themselves', async () => {
		expect((await call('/metrics')).status).toBe(404)
		expect((await call('/ready', { headers: { host: 'evil.example' } })).status).toBe(421)
		expect((await call('/ready', { headers: { 'x-forwarded-host': 'evil.example' } })).status).toBe(421)
	})

	it('sign in with a cookie for encrypted connections only, and take changes from their own pages only', async () => {
		const { cookie, setCookie } = await signIn()
		expect(setCookie).toMatch(/; HttpOnly; Secure; SameSite=Lax$/)
		const start = (origin: string) =>
			call('/api/training', { method: 'POST', headers: { cookie, origin }, body: '{}' })
		expect((await start('https://evil.example')).status).toBe(403)
		expect((await start(ORIGIN)).status).toBe(201)
	})

	it('count sign-ins by the address that nginx saw, not by one that was made up', async () => {
		const statuses: number[] = []
		// Each server counts for itself.
		for (let number = 0; number < 45; number++) {
			const headers = { 'x-forwarded-for': `10.1.2.${number}` }
			statuses.push((await call('/api/auth/twitch?redirect=/', { headers })).status)
		}
		expect(statuses).toContain(429)
	})

	it('carry packs in parts, and games and viewers whichever server they come to', async () => {
		const { body } = await call('/api/auth/options')
		expect(JSON.parse(body.toString())).toEqual({ twitch: true, local: false })
		const { rows } = await db.pool.query<{ id: string }>('select id from training_sessions limit 1')
		const id = rows[0]!.id
		const token = await tokenOf('anna')
		const authorization = `Bearer ${token}`
		const whole = await call(`/api/training/${id}/pack`, { headers: { authorization } })
		expect([whole.status, whole.headers['content-length']]).toEqual([200, String(whole.body.length)])
		const part = await call(`/api/training/${id}/pack`, { headers: { authorization, range: 'bytes=100-' } })
		expect([part.status, part.body.equals(whole.body.subarray(100))]).toEqual([206, true])

		const [, toml] = [...(await readZip(whole.body))].find(([name]) => name.endsWith('speedfog_race.toml'))!
		const { server } = parse(toml.toString()) as { server: { url: string; mod_token: string } }
		expect(server.url).toBe(`wss://${NAME}`)
		const viewers = await Promise.all(
			[1, 2, 3, 4].map(async () => {
				const viewer = await open(`/ws/training/${id}/spectate`)
				viewer.socket.send(JSON.stringify({ type: 'auth', token }))
				return viewer
			}),
		)
		const mod = await open(`/ws/training/${id}`)
		mod.socket.send(JSON.stringify({ type: 'auth', mod_token: server.mod_token }))
		await expect.poll(() => mod.frames.join(), { timeout: 10_000 }).toContain('"auth_ok"')
		mod.socket.send(JSON.stringify({ type: 'status_update', igt_ms: 1234, death_count: 3 }))
		for (const { frames } of viewers)
			await expect.poll(() => frames.at(-1), { timeout: 10_000 }).toContain('"igt_ms":1234')
		for (const { socket } of [...viewers, mod]) socket.close()
	})

	if (startRedis)
		it('say that Redis is away, and are ready again when it is back', async () => {
			const ready = async () => {
				const { status, body } = await call('/ready')
				return [status, body.toString().includes('Redis')]
			}
			await redis!.stop()
			await expect.poll(ready, { timeout: 10_000 }).toEqual([503, true])
			await redis!.start()
			await expect.poll(ready, { timeout: 10_000 }).toEqual([200, false])
		})

	/** An API token, made where the tokens lie: sign-ins are used up by now. */
	async function tokenOf(name: string): Promise<string> {
		const token = 't'.repeat(43)
		await db.pool.query(
			`insert into tokens (id, user_id, kind, label, hash)
			select gen_random_uuid(), id, 'api', 'test', sha256($2::bytea) from users where name = $1`,
			[name, Buffer.from(token)],
		)
		return token
	}
}

function runs(program: string, flag: string): boolean {
	try {
		execFileSync(program, [flag], { stdio: 'ignore' })
		return true
	} catch {
		return false
	}
}

async function freePorts(count: number): Promise<number[]> {
	const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
	await Promise.all(probes.map((probe) => once(probe, 'listening')))
	const ports = probes.map((probe) => (probe.address() as AddressInfo).port)
	await Promise.all(probes.map((probe) => once(probe.close(), 'close')))
	return ports
}

async function whenOpen(port: number): Promise<void> {
	for (let tries = 0; tries < 600; tries++) {
		const socket = connect(port, '127.0.0.1')
		const isOpen = await new Promise<boolean>((resolve) => {
			socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
		})
		socket.destroy()
		if (isOpen) return
		await sleep(50)
	}
	throw new Error(`nothing listens on port ${port}`)
}
