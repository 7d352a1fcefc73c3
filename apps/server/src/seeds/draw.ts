import type { Kysely, Transaction } from 'kysely'
import { randomInt } from 'node:crypto'
import type { Tables } from '#database/schema.ts'

/** A whole number from 0 to below `count`, each as likely. */
export type Random = (count: number) => number

type Who = { userId: string; pool: string; random?: Random }

/** So often a seed is picked blindly; a player who has not seen most of a pool is served by the first. */
const BLIND_PICKS = 6

/**
 * Picks a seed of the pool that this user never had a session on, else any but the last one; undefined
 * when the pool has none. In the transaction that inserts the session, and with the user's row locked,
 * so that two calls at the same time do not pick the same one.
 */
export async function draw(
	db: Transaction<Tables>,
	{ userId, pool, random = randomInt }: Who,
): Promise<string | undefined> {
	const count = await countAvailable(db, pool)
	if (count === 0) return undefined
	// Picking among all and taking back what was played is as fair as picking among the unplayed, and costs
	// the same however many sessions the user had.
	for (let pick = 0; pick < BLIND_PICKS; pick++) {
		const seed = await seedAt(db, pool, random(count))
		if (seed && !(await wasPlayed(db, userId, seed))) return seed
	}
	const unplayed = await unplayedSeeds(db, userId, pool)
	if (unplayed.length > 0) return unplayed[random(unplayed.length)]
	const all = await availableSeeds(db, pool).execute()
	const last = all.length > 1 ? await lastPlayed(db, userId, pool) : undefined
	const others = all.filter(({ id }) => id !== last)
	return others.length > 0 ? others[random(others.length)]!.id : undefined
}

async function countAvailable(db: Kysely<Tables>, pool: string): Promise<number> {
	const { count } = await db
		.selectFrom('seeds')
		.select(({ fn }) => fn.countAll<number>().as('count'))
		.where('pool', '=', pool)
		.where('status', '=', 'available')
		.executeTakeFirstOrThrow()
	return count
}

function availableSeeds(db: Kysely<Tables>, pool: string) {
	return db
		.selectFrom('seeds as seed')
		.select('seed.id')
		.where('seed.pool', '=', pool)
		.where('seed.status', '=', 'available')
}

async function seedAt(db: Kysely<Tables>, pool: string, position: number): Promise<string | undefined> {
	const row = await availableSeeds(db, pool).offset(position).limit(1).executeTakeFirst()
	return row?.id
}

async function wasPlayed(db: Kysely<Tables>, userId: string, seedId: string): Promise<boolean> {
	const row = await db
		.selectFrom('training_sessions')
		.select('id')
		.where('user_id', '=', userId)
		.where('seed_id', '=', seedId)
		.limit(1)
		.executeTakeFirst()
	return row !== undefined
}

async function unplayedSeeds(db: Kysely<Tables>, userId: string, pool: string): Promise<string[]> {
	const rows = await availableSeeds(db, pool)
		.where(({ not, exists, selectFrom }) =>
			not(
				exists(
					selectFrom('training_sessions as session')
						.select('session.id')
						.where('session.user_id', '=', userId)
						.whereRef('session.seed_id', '=', 'seed.id'),
				),
			),
		)
		.execute()
	return rows.map(({ id }) => id)
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
