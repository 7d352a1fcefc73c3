import type { Visit } from '@speedfog/core/run/run-state'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import type pg from 'pg'
import { uuidv7 } from 'uuidv7'
import type { Beside } from '#accounts/accounts.ts'
import type { Tables } from '#database/schema.ts'

/** A session with what its owner and its seed add to it. */
export type SessionRow = NonNullable<Awaited<ReturnType<typeof find>>>

const COLUMNS = [
	'session.id',
	'session.user_id',
	'session.seed_id',
	'session.status',
	'session.simulated',
	'session.igt_ms',
	'session.deaths',
	'session.current_layer',
	'session.mod_changed_at',
	'session.overlay_settings',
	'session.pack_downloaded_at',
	'session.share_hash',
	'session.created_at',
	'session.finished_at',
	'owner.name',
	'owner.display_name',
	'owner.avatar_url',
	'seed.pool',
	'seed.slug',
	'seed.file',
	'seed.total_layers',
	'seed.total_nodes',
	'seed.total_paths',
] as const

/** Whether a server that lives has the mod: what those without it can tell. */
const MOD_CONNECTED = `exists (
	select 1 from replicas where replicas.id = session.mod_holder and replicas.lease_until > now()
)`

function select(db: Kysely<Tables>) {
	return db
		.selectFrom('training_sessions as session')
		.innerJoin('users as owner', 'owner.id', 'session.user_id')
		.innerJoin('seeds as seed', 'seed.id', 'session.seed_id')
		.select([...COLUMNS, sql<boolean>`${sql.raw(MOD_CONNECTED)}`.as('mod_connected')])
}

export async function find(db: Kysely<Tables>, id: string) {
	return select(db).where('session.id', '=', id).executeTakeFirst()
}

type VisitColumns = [
	seq: number,
	era: number,
	nodeId: string,
	fromNodeId: string | null,
	flagId: number | null,
	igtMs: number,
	deaths: number,
]
export type WholeRow = SessionRow & { current_seq: number | null; visits: VisitColumns[] }

function whole(parameter: string): string {
	return `
		select ${COLUMNS.join(', ')}, ${MOD_CONNECTED} as mod_connected, session.current_seq, (
			select coalesce(json_agg(json_build_array(
				visit.seq, visit.era, visit.node_id, visit.from_node_id, visit.flag_id, visit.igt_ms, visit.deaths
			) order by visit.era, visit.igt_ms, visit.seq), '[]') from visits as visit where visit.session_id = session.id
		) as visits
		from training_sessions as session
		join users as owner on owner.id = session.user_id
		join seeds as seed on seed.id = session.seed_id
		where session.id = ${parameter}`
}

// The page of a run asks for it again and again: written once, and planned once by each connection.
const alone = { name: 'session_whole', text: whole('$1') }
const withCaller = { name: 'session_whole', text: whole('$3') }

/** A session with its visits in play order, of one moment. */
export type Whole = { row: SessionRow; visits: Visit[]; currentSeq: number | null }

export async function findWhole(pool: pg.Pool, id: string): Promise<Whole | undefined> {
	const { rows } = await pool.query<WholeRow>({ ...alone, values: [id] })
	return rows[0] && wholeOf(rows[0])
}

/** The same, asked together with who wants to know; `wholeOf` reads the answer. */
export function wholeBeside(id: string): Beside {
	return { ...withCaller, values: [id] }
}

export function wholeOf({ visits, current_seq: currentSeq, ...row }: WholeRow): Whole {
	return { row, visits: visits.map(visitOf), currentSeq }
}

function visitOf([seq, era, nodeId, fromNodeId, flagId, igtMs, deaths]: VisitColumns): Visit {
	return { seq, era, nodeId, fromNodeId, flagId, igtMs, deaths }
}

type Page = { userId: string; limit: number; after?: string | undefined }

/** The newest first; `after` is the id of the last one seen. */
export async function list(db: Kysely<Tables>, { userId, limit, after }: Page): Promise<SessionRow[]> {
	let query = select(db)
		.where('session.user_id', '=', userId)
		.orderBy('session.created_at', 'desc')
		.orderBy('session.id', 'desc')
		.limit(limit)
	if (after !== undefined)
		query = query.where(
			sql<boolean>`(session.created_at, session.id) < (
				select last.created_at, last.id from training_sessions last
				where last.id = ${after} and last.user_id = ${userId}
			)`,
		)
	return query.execute()
}

/** Makes the user's other calls that start a run wait until this one is done; undefined when he is gone. */
export async function lockUser(db: Transaction<Tables>, userId: string) {
	return db
		.selectFrom('users')
		.select('overlay_settings')
		.where('id', '=', userId)
		.forNoKeyUpdate()
		.executeTakeFirst()
}

export async function activeIds(db: Kysely<Tables>, userId: string): Promise<string[]> {
	const rows = await db
		.selectFrom('training_sessions')
		.select('id')
		.where('user_id', '=', userId)
		.where('status', '=', 'active')
		.orderBy('created_at', 'desc')
		.execute()
	return rows.map(({ id }) => id)
}

type NewSession = { userId: string; seedId: string; overlaySettings: unknown; createdAt: Date }

export async function insert(db: Transaction<Tables>, session: NewSession): Promise<string> {
	const id = uuidv7()
	const { userId, seedId, overlaySettings, createdAt } = session
	await db
		.insertInto('training_sessions')
		.values({
			id,
			user_id: userId,
			seed_id: seedId,
			overlay_settings: JSON.stringify(overlaySettings),
			created_at: createdAt,
		})
		.execute()
	return id
}

export async function notePackDownloaded(db: Kysely<Tables>, id: string, at: Date): Promise<void> {
	await db
		.updateTable('training_sessions')
		.set({ pack_downloaded_at: at })
		.where('id', '=', id)
		.where('pack_downloaded_at', 'is', null)
		.execute()
}
