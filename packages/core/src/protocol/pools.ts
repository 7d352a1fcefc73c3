import { z } from 'zod'

export const PoolType = z.enum(['training', 'race'])
export type PoolType = z.infer<typeof PoolType>

/** A pool's settings as people read them (rest-api.md, `pool_config`). Absent settings are null or empty. */
export const PoolConfig = z
	.object({
		type: PoolType,
		sort_order: z.number(),
		estimated_duration: z.string().nullable(),
		description: z.string().nullable(),
		legacy_dungeons: z.number().nullable(),
		final_tier: z.number().nullable(),
		min_layers: z.number().nullable(),
		max_layers: z.number().nullable(),
		starting_items: z.array(z.string()),
		care_package: z.boolean(),
		weapon_upgrade: z.number().nullable(),
		care_package_items: z.array(z.string()),
		items_randomized: z.boolean(),
		auto_upgrade_weapons: z.boolean(),
		remove_requirements: z.boolean(),
		major_boss_ratio: z.enum(['Low', 'Medium', 'High']).nullable(),
		randomize_bosses: z.boolean(),
		item_difficulty: z.enum(['Easy', 'Normal', 'Hard']).nullable(),
		nerf_gargoyles: z.boolean(),
	})
	.meta({ id: 'PoolConfig' })
export type PoolConfig = z.infer<typeof PoolConfig>

export const Pool = z
	.object({
		available: z.number().int(),
		consumed: z.number().int(),
		discarded: z.number().int(),
		/** Seeds of the pool the caller has had a session on; null when signed out. */
		played_by_user: z.number().int().nullable(),
		pool_config: PoolConfig.nullable(),
	})
	.meta({ id: 'Pool' })
export type Pool = z.infer<typeof Pool>

export const Pools = z.record(z.string(), Pool)
export type Pools = z.infer<typeof Pools>
