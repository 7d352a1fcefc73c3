import { join, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as accounts from '#accounts/accounts.ts'
import { defaultPublicUrl, readConfig } from '#config.ts'
import type { Config, Settings } from '#config.ts'
import * as database from '#database/database.ts'
import * as embedded from '#database/embedded.ts'
import { migrate } from '#database/migrate.ts'
import { buildApp } from '#http/app.ts'
import type { Part } from '#http/health.ts'
import { makeAdmit } from '#live/admit.ts'
import { alone } from '#live/bus.ts'
import type { Bus } from '#live/bus.ts'
import { openNotifyBus } from '#live/bus-notify.ts'
import { openRedisBus } from '#live/bus-redis.ts'
import { systemClock } from '#live/clock.ts'
import { attachUpgrade } from '#live/upgrade.ts'
import { openLog } from '#log.ts'
import type { Log } from '#log.ts'
import * as pools from '#pools/pools.ts'
import * as seeds from '#seeds/seeds.ts'
import { LiveSessions } from '#training/live-sessions.ts'
import { openSimulations } from '#training/simulate.ts'
import { socketRoutes } from '#training/sockets.ts'
import * as dataFolders from './data-folder.ts'
import * as demoPools from './demo-pools.ts'
import * as heap from './heap.ts'
import { openMetrics } from './metrics.ts'
import * as ports from './port.ts'
import { isEntry, live } from './process.ts'
import { Refused } from './refused.ts'
import { routes } from './routes.ts'
import * as secretKeys from './secret-key.ts'

export type Running = {
	/** Where people find it. */
	url: string
	config: Config
	/** Resolves when the pools were read; the server answers before. */
	filled: Promise<unknown>
	/** Resolves when the server cannot go on. */
	failed: Promise<Error>
	/** A clean stop: nobody is dropped unheard, and everything is stored. */
	close(): Promise<void>
}

// The same from src and from dist, which lie side by side.
const WEB = fileURLToPath(new URL('../../web/build', import.meta.url))
const COMPANION = fileURLToPath(new URL('../../companion/dist/companion.js', import.meta.url))
const COMPANION_PROGRAMS = fileURLToPath(new URL('../../companion/dist/programs', import.meta.url))

/**
 * Connections that wait to be taken: after a restart thousands come at once, and one that finds no room is tried
 * again by its system after 1, 2, 4 and 8 seconds. Linux allows 4,096 unless it is told otherwise.
 */
const BACKLOG = 4_096
/** A request that is still under way so long after the wish to stop is cut off. */
const LAST_REQUESTS_MS = 7_500
const FAREWELL_MS = 500
/** Far above every query but migrations. */
const SILENT_MS = 30_000

/** Starts a whole server. Throws Refused where the person who starts it has something to mend. */
export async function start(env: NodeJS.ProcessEnv, givenLog?: Log): Promise<Running> {
	const read = readConfig(env)
	if (!read.ok) throw new Refused(read.problem)
	const log = givenLog ?? openLog(read.settings.logLevel, { isTerminal: process.stdout.isTTY })
	for (const warning of read.warnings) log.warn(warning)
	const open: Open[] = []
	try {
		return await build(read.settings, log, open)
	} catch (error) {
		await closeAll(open, log)
		throw fileRefusal(error, read.settings.dataDir) ?? error
	}
}

/** Something in our folder that is in the way, belongs to another user, or finds no room on the disk. */
function fileRefusal(error: unknown, dataDir: string): Refused | undefined {
	const { code, path } = error as NodeJS.ErrnoException
	if (code === undefined || !path?.startsWith(join(dataDir, sep))) return undefined
	return new Refused(
		`${path} cannot be used (${code}): make DATA_DIR a folder in which all is this user's and the disk has room.`,
	)
}

/** What is open, and how it is closed: the last opened first. */
type Open = { name: string; close: () => Promise<unknown> }

async function build(settings: Settings, log: Log, open: Open[]): Promise<Running> {
	const config = await settle(settings)
	const postgres =
		config.databaseUrl === undefined ? await embedded.start({ dataDir: config.dataDir, log }) : undefined
	if (postgres) open.push({ name: 'PostgreSQL', close: () => postgres.stop() })
	const connection = postgres?.connection ?? config.databaseUrl!
	await prepare(connection, log)
	const db = database.open(connection, { log, silentMs: SILENT_MS })
	open.push({ name: 'the database', close: () => orLeave(db.close()) })

	const metrics = openMetrics()
	open.push({ name: 'the metrics', close: async () => metrics.close() })
	const base = { config, db, log, clock: systemClock.now }
	const bus = await openBus(config, log)
	open.push({ name: 'the bus', close: () => orLeave(bus.close()) })
	const sessions = new LiveSessions({
		db,
		log,
		clock: systemClock,
		bus,
		isAlone: config.databaseUrl === undefined,
		secretKey: config.secretKey,
		findUserByToken: async (token) => (await accounts.findUserByToken(base, token))?.user,
		onCommit: metrics.noteCommit,
		logSessions: config.logSessions,
	})
	const simulations = openSimulations({ companion: COMPANION, log })
	const root = config.seedsPoolDir ?? join(config.dataDir, 'pools')
	let isStopping = false
	const folders = pools.open(root, log)
	const scans = seeds.openScans({ db: db.kysely, pools: folders, log }, () => isStopping)
	const deps = {
		...base,
		pools: folders,
		scans,
		live: sessions,
		simulations,
		shown: metrics.registry,
		companionFolder: COMPANION_PROGRAMS,
	}

	const app = buildApp(deps, {
		register: (app) => routes(app, deps),
		webFolder: WEB,
		parts: [busPart(config, bus)],
		isStopping: () => isStopping,
	})
	const upgrades = attachUpgrade(app.server, {
		routes: socketRoutes(sessions),
		admit: makeAdmit({
			config,
			findSignedIn: async (cookie) => (await accounts.findByCookie(deps, cookie)) ?? null,
		}),
		maxPerAddress: config.maxSocketsPerAddress * config.rateLimitFactor,
		maxPerUser: config.maxSocketsPerUser * config.rateLimitFactor,
		log,
	})
	metrics.watch({ live: sessions, upgrades, pool: db.pool, bus })
	open.push({ name: 'HTTP', close: () => app.close() })
	open.push({ name: 'live sessions', close: () => Promise.all([sessions.close(), simulations.close()]) })
	const isNew = config.seedsPoolDir === undefined && (await demoPools.fill(root, log))
	const filled = scans.start()
	// Demo seeds are few and small: whoever opens the first page finds them there.
	if (isNew) await filled
	const listenTextResolver = () => `listening on ${config.publicUrl}`
	await app
		.listen({ host: config.host, port: config.port, backlog: BACKLOG, listenTextResolver })
		.catch((error: NodeJS.ErrnoException) => {
			throw ports.refusal(error, config.host, config.port) ?? error
		})

	let closing: Promise<void> | undefined
	const close = async () => {
		isStopping = true
		upgrades.stop()
		setTimeout(() => app.server.closeAllConnections(), LAST_REQUESTS_MS).unref()
		await closeAll(open, log)
	}
	return {
		url: config.publicUrl,
		config,
		filled,
		failed: postgres?.failed ?? new Promise(() => undefined),
		close: () => (closing ??= close()),
	}
}

/** On a connection of its own: a migration may take its time, or wait for that of another server. */
async function prepare(connection: database.Connection, log: Log): Promise<void> {
	const db = database.open(connection, { log, max: 1 })
	try {
		if (typeof connection === 'string') await database.check(db)
		await migrate(db.pool, log)
	} finally {
		await db.close()
	}
}

/** Servers of one database talk through it, unless there is a Redis; an embedded one has no other server. */
async function openBus({ redisUrl, databaseUrl }: Config, log: Log): Promise<Bus> {
	if (redisUrl !== undefined) return openRedisBus(redisUrl, log)
	return databaseUrl === undefined ? alone() : openNotifyBus(database.clientConfig(databaseUrl), log)
}

/** Without it spectators see nothing of what is played on other servers. */
function busPart({ redisUrl }: Config, bus: Bus): Part {
	const name = `connection between servers (${redisUrl === undefined ? 'PostgreSQL' : 'Redis'})`
	return {
		name,
		ask: async () => {
			if (!bus.isUp()) throw new Error(`the ${name} is away`)
		},
	}
}

/** What the environment left open. */
async function settle(settings: Settings): Promise<Config> {
	const { dataDir, host, databaseUrl, seedsPoolDir } = settings
	if (databaseUrl === undefined || seedsPoolDir === undefined) await dataFolders.make(dataDir)
	const port = await ports.settle(host, settings.port)
	const secretKey = settings.secretKey ?? (await secretKeys.ensure(dataDir))
	return { ...settings, port, publicUrl: settings.publicUrl ?? defaultPublicUrl(port), secretKey }
}

/** A peer that answers no more is not waited for: what it was told is stored, and the process ends. */
async function orLeave(closing: Promise<unknown>): Promise<void> {
	await Promise.race([closing, sleep(FAREWELL_MS, undefined, { ref: false })])
}

async function closeAll(open: Open[], log: Log): Promise<void> {
	for (const { name, close } of open.reverse())
		await close().catch((error: unknown) => log.error({ err: error }, `${name} did not close cleanly`))
}

if (isEntry(import.meta.url)) {
	heap.keepSmall()
	await live(start)
}
