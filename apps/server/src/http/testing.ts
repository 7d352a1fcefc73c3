import type { BuiltGraph } from '@speedfog/core/graph/testing'
import { diamond } from '@speedfog/core/graph/testing'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import * as accounts from '#accounts/accounts.ts'
import type { Config } from '#config.ts'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { alone } from '#live/bus.ts'
import { systemClock } from '#live/clock.ts'
import { makeZip } from '#packs/testing.ts'
import * as pools from '#pools/pools.ts'
import { routes } from '#routes.ts'
import * as seeds from '#seeds/seeds.ts'
import { LiveSessions } from '#training/live-sessions.ts'
import { openSimulations } from '#training/simulate.ts'
import type { TrainingDeps } from '#training/training.ts'
import { buildApp } from './app.ts'
import type { AppOptions } from './app.ts'
import type { App } from './fastify.ts'

export type Call = {
	method?: InjectOptions['method']
	url: string
	/** Whose API or device token is sent. */
	as?: string | undefined
	body?: unknown
	headers?: Record<string, string | undefined>
}

export type TestApp = {
	app: App
	db: TestDatabase
	deps: TrainingDeps & { live: LiveSessions; scans: seeds.Scans }
	/** The folder of the pools. */
	root: string
	/** What was logged. */
	lines: Record<string, unknown>[]
	call(call: Call): Promise<LightMyRequestResponse>
	/** The token of a new device of that user. */
	signIn(name: string): Promise<string>
	put(file: string, content: string | Buffer): Promise<void>
	/** A seed of the pool on disk, not yet scanned. */
	putSeed(pool: string, slug: string, graph?: BuiltGraph): Promise<void>
	scan(): ReturnType<typeof seeds.scan>
	close(): Promise<void>
}

const config: Config = {
	host: '127.0.0.1',
	port: 8000,
	publicUrl: 'http://localhost:8000',
	dataDir: '/nowhere',
	databaseUrl: undefined,
	redisUrl: undefined,
	rateLimitFactor: 100,
	seedsPoolDir: undefined,
	twitch: undefined,
	secretKey: Buffer.alloc(32, 'key'),
	maxSocketsPerAddress: 200,
	maxSocketsPerUser: 50,
	adminUsers: ['root'],
	trustedProxies: [],
	metricsToken: undefined,
	logLevel: 'info',
	logSessions: [],
	localMode: true,
}

type Changes = {
	config?: Partial<Config>
	clock?: () => number
	random?: seeds.Random
	/** A program in place of the built companion. */
	companion?: string
	options?: Partial<AppOptions>
}

/** All of the HTTP side over a database and a folder of pools of its own; nothing listens. */
export async function testApp(changes: Changes = {}): Promise<TestApp> {
	const db = await freshDatabase()
	const root = await mkdtemp(join(tmpdir(), 'speedfog-pools-'))
	const lines: Record<string, unknown>[] = []
	const log = pino(
		{ level: 'debug' },
		{ write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
	)
	const base = { config: { ...config, ...changes.config }, db, log, clock: changes.clock ?? Date.now }
	const folders = pools.open(root, log)
	const deps = {
		...base,
		pools: folders,
		scans: seeds.openScans({ db: db.kysely, pools: folders, log }),
		companionFolder: join(root, 'companion'),
		shown: { contentType: 'text/plain', metrics: async () => 'speedfog_sockets 0\n' },
		live: new LiveSessions({
			db,
			log,
			clock: systemClock,
			bus: alone(),
			isAlone: true,
			secretKey: base.config.secretKey,
			findUserByToken: async (token) => (await accounts.findUserByToken(base, token))?.user,
		}),
		simulations: openSimulations({ companion: changes.companion ?? join(root, 'companion.js'), log }),
		...(changes.random ? { random: changes.random } : {}),
	}
	const app = buildApp(deps, { register: (app) => routes(app, deps), ...changes.options })
	await app.ready()

	const call = ({ method = 'GET', url, as, body, headers }: Call) =>
		app.inject({
			method,
			url,
			headers: {
				host: 'localhost:8000',
				...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
				...headers,
			},
			...(body === undefined ? {} : { payload: body as object }),
		})
	const put = async (file: string, content: string | Buffer) => {
		await mkdir(dirname(join(root, file)), { recursive: true })
		await writeFile(join(root, file), content)
	}
	return {
		app,
		db,
		deps,
		root,
		lines,
		call,
		put,
		signIn: async (name) => {
			const answer = await call({ method: 'POST', url: '/api/auth/local', body: { name } })
			return answer.json<{ token: string }>().token
		},
		putSeed: async (pool, slug, { json } = diamond()) => {
			const zip = await makeZip({ [`speedfog_${slug}/graph.json`]: JSON.stringify(json) })
			await put(`${pool}/seed_${slug}.zip`, zip)
		},
		scan: () => seeds.scan({ db: db.kysely, pools: deps.pools, log }),
		close: async () => {
			await app.close()
			await deps.simulations.close()
			await deps.live.close()
			await db.drop()
			await rm(root, { recursive: true, force: true })
		},
	}
}

export const TRAINING_POOL = '[display]\ntype = "training"\n'
