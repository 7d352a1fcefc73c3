import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import { uuidv7 } from 'uuidv7'
import type { Tables } from '#database/schema.ts'

/** A session with what its owner and its seed add to it. */
export type SessionRow = NonNullable<Awaited<ReturnType<typeof find>>>

function select(db: Kysely<Tables>) {
	return db
		.selectFrom('training_sessions as session')
		.innerJoin('users as user', 'user.id', 'session.user_id')
		.innerJoin('seeds as seed', 'seed.id', 'session.seed_id')
		.select([
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
			'session.created_at',
			'session.finished_at',
			'user.name',
			'user.display_name',
			'user.avatar_url',
			'seed.pool',
			'seed.slug',
			'seed.file',
			'seed.total_layers',
			'seed.total_nodes',
			'seed.total_paths',
		])
}

export async function find(db: Kysely<Tables>, id: string) {
	return select(db).where('session.id', '=', id).executeTakeFirst()
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
