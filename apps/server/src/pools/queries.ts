import type { Kysely } from 'kysely'
import type { Tables } from '#database/schema.ts'

export type SeedCounts = { available: number; consumed: number; discarded: number }

export async function countSeeds(db: Kysely<Tables>): Promise<Map<string, SeedCounts>> {
	const rows = await db
		.selectFrom('seeds')
		.select(({ fn }) => ['pool', 'status', fn.countAll<number>().as('count')])
		.groupBy(['pool', 'status'])
		.execute()
	const counts = new Map<string, SeedCounts>()
	for (const { pool, status, count } of rows) {
		const counted = counts.get(pool) ?? { available: 0, consumed: 0, discarded: 0 }
		if (status !== 'vanished') counted[status] = count
		counts.set(pool, counted)
	}
	return counts
}

/** How many of the seeds that can still be drawn this user has had a session on, by pool. */
export async function countPlayed(db: Kysely<Tables>, userId: string): Promise<Map<string, number>> {
	const rows = await db
		.selectFrom('training_sessions as session')
		.innerJoin('seeds as seed', 'seed.id', 'session.seed_id')
		.select(({ fn }) => ['seed.pool', fn.count<number>('session.seed_id').distinct().as('count')])
		.where('session.user_id', '=', userId)
		.where('seed.status', '=', 'available')
		.groupBy('seed.pool')
		.execute()
	return new Map(rows.map(({ pool, count }) => [pool, count]))
}
