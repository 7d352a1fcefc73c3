import { realpath } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#log.ts'
import type { Connection } from './database.ts'
import * as binaries from './embedded/binaries.ts'
import type { Binaries } from './embedded/binaries.ts'
import * as claims from './embedded/claim.ts'
import type { Attempt, Claim } from './embedded/claim.ts'
import * as dataFolders from './embedded/data-folder.ts'
import * as endpoints from './embedded/endpoint.ts'
import type { Endpoint } from './embedded/endpoint.ts'
import * as places from './embedded/place.ts'
import type { Place } from './embedded/place.ts'
import * as pidFiles from './embedded/pid-file.ts'
import * as postmasters from './embedded/postmaster.ts'
import type { Postmaster } from './embedded/postmaster.ts'
import * as predecessors from './embedded/predecessor.ts'
import { Refused } from '#refused.ts'

/** A real PostgreSQL as our child, for this server alone. */
export type Embedded = {
	connection: Connection
	/** Resolves when it was lost and could not be brought back; the server cannot go on. */
	failed: Promise<Error>
	/** To be called last: nothing may need the database any more. */
	stop(): Promise<void>
}

export type Options = {
	/** An existing folder; the database lies in `postgres` inside. */
	dataDir: string
	log: Log
	/** Further settings of PostgreSQL. */
	settings?: Readonly<Record<string, string>>
	/** False: commits may be lost when the machine fails, and everything is faster, as tests like it. */
	isDurable?: boolean
	/** Where the database may lie when PostgreSQL's user cannot reach `dataDir`, best first. */
	elsewhere?: readonly string[]
	/** Other programs than those npm installed. */
	programs?: Binaries
	/** How long to wait for an earlier server that is just ending. */
	patienceMs?: number
}

type Running = { postmaster: Postmaster; claim: Claim }
type Site = Place & {
	dataFolder: string
	endpoint: Endpoint
	settings: Readonly<Record<string, string>>
	patienceMs: number
	log: Log
}

const ELSEWHERE = ['/var/lib/speedfog-training', '/var/tmp/speedfog-training']
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' }
const PATIENCE_MS = 5_000
const POLL_MS = 20
const RETRY_MS = 100
const SLOW_START_MS = 3_000
/** What PostgreSQL says when another was there before it, or took it for an orphan and stopped it. */
const PREDECESSOR =
	/postmaster\.pid" already exists|pre-existing shared memory block|received (fast|smart|immediate) shutdown request/
const RESTARTS = { most: 5, withinMs: 60_000 }

/** Starts PostgreSQL, making its data folder at the first time. Throws Refused with what to do. */
export async function start({
	dataDir,
	log,
	settings = {},
	isDurable = true,
	elsewhere = ELSEWHERE,
	programs,
	patienceMs = PATIENCE_MS,
}: Options): Promise<Embedded> {
	const shipped = programs ?? (await binaries.find())
	if (!shipped)
		throw new Refused(
			`No embedded PostgreSQL is installed for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 14 or newer.`,
		)
	const place = await places.settle(await realpath(dataDir), { binaries: shipped, elsewhere, log })
	const dataFolder = await dataFolders.open(place.folder, {
		...place,
		initdbArgs: [...(await endpoints.initdbArgs(place.folder)), ...(isDurable ? [] : ['--no-sync'])],
	})
	const endpoint = await endpoints.choose(dataFolder, place.folder, place.runner)
	const allSettings = { ...(isDurable ? {} : NOT_DURABLE), ...settings }
	const site = { ...place, dataFolder, endpoint, settings: allSettings, patienceMs, log }
	return supervise(site, await begin(site))
}

/** The database of the server that uses `dataDir` at this moment; undefined when none does. */
export async function findRunning(dataDir: string): Promise<Connection | undefined> {
	const place = await places.known(await realpath(dataDir))
	const pidFile = await pidFiles.read(dataFolders.path(place))
	const connection = pidFile && (await endpoints.ofNeighbour(pidFile, place))
	const attempt = connection && (await claims.take(connection))
	if (attempt?.outcome === 'taken') await attempt.claim.release()
	return attempt?.outcome === 'held' ? connection : undefined
}

/** Starts it anew when it dies while we need it. */
function supervise(site: Site, first: Running): Embedded {
	let current = Promise.resolve(first)
	let isStopping = false
	const restartsMs: number[] = []

	async function keepUp(): Promise<Error> {
		for (;;) {
			const { claim, postmaster } = await current
			// The claim's connection ends with PostgreSQL, and without the claim the database is not ours alone.
			await new Promise<void>((resolve) => claim.client.once('end', resolve))
			if (isStopping) return new Promise(() => undefined)
			site.log.error('PostgreSQL was lost and is started again')
			current = postmaster.stop().then(() => beginAgain())
			const failure = await current.then(
				() => undefined,
				(error: Error) => error,
			)
			if (failure) return failure
		}
	}

	async function beginAgain(): Promise<Running> {
		for (;;) {
			restartsMs.push(Date.now())
			try {
				return await begin(site)
			} catch (error) {
				if (isStopping || error instanceof Refused || isTooOften()) throw error
				await sleep(RETRY_MS)
			}
		}
	}

	function isTooOften(): boolean {
		return restartsMs.filter((ms) => Date.now() - ms < RESTARTS.withinMs).length >= RESTARTS.most
	}

	return {
		connection: site.endpoint.connection,
		failed: keepUp(),
		stop: async () => {
			isStopping = true
			// Perhaps it is just being started again.
			const running = await current.catch(() => undefined)
			await running?.postmaster.stop()
			await running?.claim.release().catch(() => undefined)
			await site.endpoint.remove()
		},
	}
}

/** Starts PostgreSQL and claims it, over whatever an earlier server left. */
async function begin(site: Site): Promise<Running> {
	const patience = predecessors.patienceOf(site.patienceMs)
	for (;;) {
		await predecessors.outlive(site, patience)
		const postmaster = postmasters.launch({
			...site,
			settings: { ...site.endpoint.settings, ...site.settings },
		})
		const attempt = await claimWhenReady(postmaster, site)
		// The claim may be to the PostgreSQL of a server that starts at the same time.
		const isOurs = await predecessors.isFolderOf(site.dataFolder, postmaster.pid)
		if (attempt.outcome === 'taken' && isOurs) {
			await makeDatabase(attempt.claim)
			return { postmaster, claim: attempt.claim }
		}
		if (attempt.outcome === 'taken') await attempt.claim.release()
		await postmaster.stop()
		if (attempt.outcome === 'held') throw predecessors.inUse(site.dataFolder, attempt.by)
		const words = await postmaster.ended
		const hadPredecessor = attempt.outcome === 'taken' || PREDECESSOR.test(words)
		if (!hadPredecessor || patience.isOverForDying())
			throw new Error(`PostgreSQL did not start on ${site.dataFolder}: ${words}`)
		await sleep(RETRY_MS)
	}
}

async function claimWhenReady(
	postmaster: Postmaster,
	{ endpoint, log }: Site,
): Promise<Extract<Attempt, { outcome: 'taken' | 'held' }> | { outcome: 'ended' }> {
	const slow = setTimeout(() => log.info('PostgreSQL recovers from an unclean end'), SLOW_START_MS)
	try {
		for (;;) {
			const attempt = await claims.take(endpoint.connection)
			if (attempt.outcome === 'taken' || attempt.outcome === 'held') return attempt
			if (postmaster.hasEnded()) return { outcome: 'ended' }
			await sleep(POLL_MS)
		}
	} finally {
		clearTimeout(slow)
	}
}

async function makeDatabase({ client }: Claim): Promise<void> {
	const { rowCount } = await client.query('select from pg_database where datname = $1', [endpoints.DATABASE])
	if (rowCount === 0) await client.query(`create database ${endpoints.DATABASE}`)
}
