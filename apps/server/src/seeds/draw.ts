import type { Kysely, Transaction } from 'kysely'
import { randomInt } from 'node:crypto'
import type { Tables } from '#database/schema.ts'

/** A whole number from 0 to below `count`, each as likely. */
export type Random = (count: number) => number

type Who = {
	userId: string
	pool: string
	/** The seeds that are probably available; without them the draw is as fair and slower. */
	likely?: readonly string[]
	random?: Random
}

/** So often a seed is picked blindly; a player who has not seen most of a pool is served by the first. */
const BLIND_PICKS = 6

// Who has seen all of a list; a list that changed is another list.
const exhausted = new WeakMap<readonly string[], Set<string>>()

/**
 * Picks a seed of the pool that this user never had a session on, else any but the last one; undefined
 * when the pool has none. In the transaction that inserts the session, and with the user's row locked,
 * so that two calls at the same time do not pick the same one.
 */
export async function draw(db: Transaction<Tables>, who: Who): Promise<string | undefined> {
	const { userId, likely = [] } = who
	if (exhausted.get(likely)?.has(userId)) return drawAgain(db, who)
	const fresh = await drawUnplayed(db, who)
	if (fresh !== undefined) return fresh
	exhausted.set(likely, (exhausted.get(likely) ?? new Set()).add(userId))
	return drawAgain(db, who)
}

async function drawUnplayed(db: Kysely<Tables>, who: Who): Promise<string | undefined> {
	const { userId, pool, likely = [], random = randomInt } = who
	// Picking among all and taking back what was played is as fair as picking among the unplayed, and costs
	// the same however many sessions the user had.
	for (let pick = 0; pick < BLIND_PICKS && likely.length > 0; pick++) {
		const seedId = likely[random(likely.length)]!
		if (await isUnplayed(db, userId, seedId)) return seedId
	}
	const all = await unplayed(availableSeeds(db, pool), userId).execute()
	return all.length > 0 ? all[random(all.length)]!.id : undefined
}

/** Everything was played: among all but the last one, if there is another. */
async function drawAgain(db: Kysely<Tables>, who: Who): Promise<string | undefined> {
	const { userId, pool, likely = [], random = randomInt } = who
	const last = await lastPlayed(db, userId, pool)
	const others = likely.filter((id) => id !== last)
	const pick = others.length > 0 ? others[random(others.length)]! : undefined
	if (pick !== undefined && (await availableSeeds(db, pool).where('seed.id', '=', pick).executeTakeFirst()))
		return pick
	const all = await availableSeeds(db, pool).execute()
	const rest = all.length > 1 ? all.filter(({ id }) => id !== last) : all
	return rest.length > 0 ? rest[random(rest.length)]!.id : undefined
}

function availableSeeds(db: Kysely<Tables>, pool: string) {
	return db
		.selectFrom('seeds as seed')
		.select('seed.id')
		.where('seed.pool', '=', pool)
		.where('seed.status', '=', 'available')
}

/** And still available. */
async function isUnplayed(db: Kysely<Tables>, userId: string, seedId: string): Promise<boolean> {
	const row = await unplayed(db.selectFrom('seeds as seed').select('seed.id'), userId)
		.where('seed.id', '=', seedId)
		.where('seed.status', '=', 'available')
		.executeTakeFirst()
	return row !== undefined
}

function unplayed(query: ReturnType<typeof availableSeeds>, userId: string) {
	return query.where(({ not, exists, selectFrom }) =>
		not(
			exists(
				selectFrom('training_sessions as session')
					.select('session.id')
					.where('session.user_id', '=', userId)
					.whereRef('session.seed_id', '=', 'seed.id'),
			),
		),
	)
}

async function lastPlayed(db: Kysely<Tables>, userId: string, pool: string): Promise<string | undefined> {
	const row = await db
		.selectFrom('training_sessions as session')
		.innerJoin('seeds as seed', 'seed.id', 'session.seed_id')
		.select('seed.id')
		.where('session.user_id', '=', userId)
		.where('seed.pool', '=', pool)
		.orderBy('session.created_at', 'desc')
		.orderBy('session.id', 'desc')
		.limit(1)
		.executeTakeFirst()
	return row?.id
}
