import type { ScanState, SeedStats } from '@speedfog/core/protocol/admin'
import type { Pools } from '@speedfog/core/protocol/pools'
import { request } from '$lib/api/request.ts'

export type PoolRow = SeedStats['pools'][string] & {
	name: string
	/** Null: its config.toml cannot be read, or its folder is gone. */
	type: 'training' | 'race' | null
}

/** Every pool that is on disk or ever was, the ones that training draws from first. */
export async function pools(): Promise<PoolRow[]> {
	const [stats, known] = await Promise.all([
		request<SeedStats>('GET', '/admin/seeds/stats'),
		request<Pools>('GET', '/pools'),
	])
	return Object.entries(stats.pools)
		.map(([name, counts]) => ({ name, ...counts, type: known[name]?.pool_config?.type ?? null }))
		.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
}

export const scanState = () => request<ScanState>('GET', '/admin/seeds/scan')

export const startScan = () => request<ScanState>('POST', '/admin/seeds/scan')

export const discard = (pool: string) =>
	request<{ discarded: number }>('POST', '/admin/seeds/discard', { body: { pool_name: pool } })

const rank = ({ type }: PoolRow) => (type === 'training' ? 0 : type === 'race' ? 1 : 2)
