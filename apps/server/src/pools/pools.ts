import type { Pools as PoolsView, PoolType } from '@speedfog/core/protocol/pools'
import type { Kysely } from 'kysely'
import type { Tables } from '#database/schema.ts'
import type { Log } from '#log.ts'
import { readFolders } from './folders.ts'
import type { PoolFolder } from './folders.ts'
import { countPlayed, countSeeds } from './queries.ts'

export type { PoolFolder } from './folders.ts'

/** The pools on disk as they were at the last `refresh`. */
export type Pools = {
	root: string
	all(): readonly PoolFolder[]
	find(name: string): PoolFolder | undefined
	refresh(): Promise<void>
}

/** Nothing is read before the first `refresh`. */
export function open(root: string, log: Log): Pools {
	let folders = new Map<string, PoolFolder>()
	return {
		root,
		all: () => [...folders.values()],
		find: (name) => folders.get(name),
		refresh: async () => {
			folders = await readFolders(root, log)
		},
	}
}

type Caller = { userId: string | null; type?: PoolType | undefined }

export async function list(db: Kysely<Tables>, pools: Pools, { userId, type }: Caller): Promise<PoolsView> {
	const [seeds, played] = await Promise.all([
		countSeeds(db),
		userId === null ? null : countPlayed(db, userId),
	])
	const shown = pools.all().filter((pool) => type === undefined || pool.type === type)
	return Object.fromEntries(
		shown.map(({ name, config }) => [
			name,
			{
				...(seeds.get(name) ?? { available: 0, consumed: 0, discarded: 0 }),
				played_by_user: played && (played.get(name) ?? 0),
				pool_config: config,
			},
		]),
	)
}
