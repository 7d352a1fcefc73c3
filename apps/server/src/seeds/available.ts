import type { Kysely } from 'kysely'
import type { Tables } from '#database/schema.ts'

/** A discarded seed is noticed when it is picked, so an old list only misses what is new. */
const KEPT_MS = 5_000

type List = { ids: Promise<readonly string[]>; sinceMs: number }

// One list a pool, so that a draw costs the same from five seeds and from five thousand.
const lists = new WeakMap<Kysely<Tables>, Map<string, List>>()

/** The seeds of a pool that could be drawn a moment ago; the same list as long as they are the same. */
export async function available(db: Kysely<Tables>, pool: string): Promise<readonly string[]> {
	const ofDatabase = lists.get(db) ?? new Map<string, List>()
	lists.set(db, ofDatabase)
	const known = ofDatabase.get(pool)
	if (known && performance.now() - known.sinceMs < KEPT_MS) return known.ids
	const ids = load(db, pool).then(async (fresh) => {
		const before = await known?.ids.catch(() => undefined)
		return before && isSame(before, fresh) ? before : fresh
	})
	ofDatabase.set(pool, { ids, sinceMs: performance.now() })
	ids.catch(() => ofDatabase.delete(pool))
	return ids
}

function isSame(before: readonly string[], fresh: readonly string[]): boolean {
	return before.length === fresh.length && before.every((id, index) => id === fresh[index])
}

/** After the seeds were changed. */
export function forgetAvailable(db: Kysely<Tables>): void {
	lists.delete(db)
}

async function load(db: Kysely<Tables>, pool: string): Promise<string[]> {
	const rows = await db
		.selectFrom('seeds')
		.select('id')
		.where('pool', '=', pool)
		.where('status', '=', 'available')
		.orderBy('id')
		.execute()
	return rows.map(({ id }) => id)
}
