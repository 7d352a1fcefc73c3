import type { SeedStats } from '@speedfog/core/protocol/admin'
import type { Kysely } from 'kysely'
import type { Tables } from '#database/schema.ts'
import type { Pools } from '#pools/pools.ts'
import { forgetAvailable } from './available.ts'

/** Seeds of every pool that is on disk or ever was, by what became of them. */
export async function stats(db: Kysely<Tables>, pools: Pools): Promise<SeedStats> {
	const rows = await db
		.selectFrom('seeds')
		.select(({ fn }) => ['pool', 'status', fn.countAll<number>().as('count')])
		.groupBy(['pool', 'status'])
		.execute()
	const names = [...pools.all().map(({ name }) => name), ...rows.map(({ pool }) => pool)]
	const counts = new Map(
		names.map((name) => [name, { available: 0, consumed: 0, discarded: 0, vanished: 0 }]),
	)
	for (const { pool, status, count } of rows) counts.get(pool)![status] = count
	return { pools: Object.fromEntries(counts) }
}

/** No seed that the pool has now is drawn again; runs on them go on. How many these were, if there is such a pool. */
export async function discard(db: Kysely<Tables>, pools: Pools, pool: string): Promise<number | undefined> {
	const rows = await db
		.updateTable('seeds')
		.set({ status: 'discarded' })
		.where('pool', '=', pool)
		// Also what vanished, or it could be drawn when its file comes back.
		.where('status', 'in', ['available', 'vanished'])
		.returning('id')
		.execute()
	forgetAvailable(db)
	if (rows.length > 0 || pools.find(pool)) return rows.length
	const known = await db.selectFrom('seeds').select('id').where('pool', '=', pool).limit(1).executeTakeFirst()
	return known && 0
}
