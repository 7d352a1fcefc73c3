import { OverlaySettings } from '@speedfog/core/protocol/accounts'
import type { Session, SessionDetail } from '@speedfog/core/protocol/training'
import type { Run, Visit } from '@speedfog/core/run/run-state'
import { historyOf } from '@speedfog/core/run/visits'
import type { User } from '#accounts/accounts.ts'
import type { Deps } from '#http/deps.ts'
import * as packs from '#packs/packs.ts'
import type { Pools } from '#pools/pools.ts'
import * as seeds from '#seeds/seeds.ts'
import { isOwner } from './access.ts'
import type { Live } from './live.ts'
import { modToken } from './mod-token.ts'
import * as queries from './queries.ts'
import type { SessionRow, WholeRow } from './queries.ts'
export { wholeBeside as lookBeside } from './queries.ts'
import * as view from './session-view.ts'
import type { Simulations } from './simulate.ts'

export type TrainingDeps = Deps & {
	pools: Pools
	live: Live
	simulations: Simulations
	/** Picks the seeds; crypto-grade unless a test says otherwise. */
	random?: seeds.Random
}

const MAX_ACTIVE = 20

type Started =
	| { outcome: 'started'; id: string }
	| { outcome: 'no_training_pool' | 'no_seeds' | 'no_user' }
	| { outcome: 'too_many'; active: string[] }

/** A new run of this user on a seed of the pool. The choice and the insert are one transaction. */
export async function start(deps: TrainingDeps, userId: string, poolName: string): Promise<Started> {
	if (deps.pools.find(poolName)?.type !== 'training') return { outcome: 'no_training_pool' }
	const likely = await seeds.available(deps.db.kysely, poolName)
	return deps.db.kysely.transaction().execute(async (transaction): Promise<Started> => {
		const user = await queries.lockUser(transaction, userId)
		if (!user) return { outcome: 'no_user' }
		const active = await queries.activeIds(transaction, userId)
		if (active.length >= MAX_ACTIVE) return { outcome: 'too_many', active }
		const seedId = await seeds.draw(transaction, { userId, pool: poolName, likely, ...randomOf(deps) })
		if (seedId === undefined) return { outcome: 'no_seeds' }
		const overlaySettings = user.overlay_settings
		const createdAt = new Date(deps.clock())
		const id = await queries.insert(transaction, { userId, seedId, overlaySettings, createdAt })
		return { outcome: 'started', id }
	})
}

type Page = { limit: number; after?: string | undefined }

/** This user's sessions, the newest first, and the cursor of the next page when there is one. */
export async function list(
	{ db, live }: TrainingDeps,
	userId: string,
	{ limit, after }: Page,
): Promise<{ sessions: Session[]; next: string | undefined }> {
	const rows = await queries.list(db.kysely, { userId, limit: limit + 1, after })
	const shown = rows.slice(0, limit)
	return {
		sessions: shown.map((row) => view.session(row, live.peek(row.id))),
		next: rows.length > limit ? shown.at(-1)?.id : undefined,
	}
}

/** A session that is there and this user's; else why not. */
export type Own<Found extends object> = Found | 'unknown' | 'foreign'

export async function findOwn({ db }: TrainingDeps, user: User, id: string): Promise<Own<SessionRow>> {
	const row = await queries.find(db.kysely, id)
	return ifOwn(user, row, row)
}

/** What a session shows, with its graph as the text that is sent. */
export type Look = { detail: Omit<SessionDetail, 'graph_json'>; graphJson: Buffer }

/** `beside`: what was found with the user by `lookBeside`, if anything. */
export async function look(
	deps: TrainingDeps,
	user: User,
	{ id, beside = null }: { id: string; beside?: object | null },
): Promise<Own<Look>> {
	const stored = beside ? queries.wholeOf(beside as WholeRow) : await queries.findWhole(deps.db.pool, id)
	const own = ifOwn(user, stored?.row, stored)
	if (typeof own === 'string') return own
	const { row, visits, currentSeq } = own
	// Looked for after the database was: what came to life meanwhile is newer.
	const live = deps.live.peek(row.id)
	const way = live ? wayOf(live.run) : { visits, ...ends(visits, currentSeq) }
	const { json: graphJson } = await seeds.graphOf(deps.db.kysely, row.seed_id)
	const poolConfig = deps.pools.find(row.pool)?.config ?? null
	return { detail: view.detail({ row, live, way, poolConfig }), graphJson }
}

function ifOwn<Found extends object>(
	user: User,
	row: SessionRow | undefined,
	found: Found | undefined,
): Own<Found> {
	if (!row || !found) return 'unknown'
	return isOwner({ userId: row.user_id }, user) ? found : 'foreign'
}

function wayOf({ visits, history, current }: Run): view.Way {
	return { visits, history, currentZone: current?.nodeId ?? null }
}

function ends(visits: readonly Visit[], currentSeq: number | null): Omit<view.Way, 'visits'> {
	const current = visits.find(({ seq }) => seq === currentSeq)
	return { history: historyOf(visits), currentZone: current?.nodeId ?? null }
}

/** The stored zip of the session's seed with the session's config inside. */
export async function openPack(deps: TrainingDeps, row: SessionRow): Promise<packs.Opened> {
	const file = seeds.fileOf(deps.pools.root, row)
	if (file === undefined) return { state: 'gone' }
	return packs.open(file, { toml: raceConfig(deps, row, deps.config.publicUrl), createdAt: row.created_at })
}

export async function notePackDownloaded({ db, clock }: TrainingDeps, row: SessionRow): Promise<void> {
	await queries.notePackDownloaded(db.kysely, row.id, new Date(clock()))
}

type Simulated = 'started' | 'not_active' | 'mod_connected' | 'gone'

/** Plays the run by the companion's simulated game, over the same protocol as any other. */
export async function simulate(deps: TrainingDeps, row: SessionRow, speed: number): Promise<Simulated> {
	const { live, pools, simulations, config } = deps
	if (row.status !== 'active') return 'not_active'
	if (live.peek(row.id)?.modConnected || simulations.isRunning(row.id)) return 'mod_connected'
	const pack = seeds.fileOf(pools.root, row)
	if (pack === undefined || !(await packs.exists(pack))) return 'gone'
	const marked = await live.markSimulated(row.id)
	if (marked === 'not_active' || marked === 'unknown') return 'not_active'
	if (marked === 'mod_connected' || simulations.isRunning(row.id)) return 'mod_connected'
	// Where it listens, not the public address: that one may lead through something that is not up.
	const here = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`
	simulations.start({ sessionId: row.id, pack, toml: raceConfig(deps, row, here), speed })
	return 'started'
}

function raceConfig({ config }: TrainingDeps, row: SessionRow, publicUrl: string): string {
	return packs.raceConfig({
		publicUrl,
		sessionId: row.id,
		seedId: row.seed_id,
		modToken: modToken(config.secretKey, row.id),
		overlay: OverlaySettings.parse(row.overlay_settings),
	})
}

function randomOf({ random }: TrainingDeps): { random?: seeds.Random } {
	return random ? { random } : {}
}
