import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { BadTemplate, resolveTemplate } from './templates.ts'

const count = z.int().nonnegative()
const share = z.number().min(0).max(1)

const StartingItems = z.strictObject({
	academy_key: z.boolean(),
	pureblood_medal: z.boolean(),
	drawing_room_key: z.boolean(),
	lantern: z.boolean(),
	physick_flask: z.boolean(),
	great_runes: z.boolean(),
	whetblades: z.boolean(),
	omother: z.boolean(),
	welldepthskey: z.boolean(),
	gaolupperlevelkey: z.boolean(),
	gaollowerlevelkey: z.boolean(),
	holeladennecklace: z.boolean(),
	messmerskindling: z.boolean(),
	talisman_pouches: count,
	golden_seeds: count,
	sacred_tears: count,
	starting_runes: count,
	larval_tears: count,
	stonesword_keys: count,
})
export type StartingItems = z.infer<typeof StartingItems>

const CarePackageCounts = z.strictObject({
	enabled: z.boolean(),
	weapon_upgrade: count,
	weapons: count,
	shields: count,
	catalysts: count,
	talismans: count,
	sorceries: count,
	incantations: count,
	crystal_tears: count,
	ashes_of_war: count,
	head_armor: count,
	body_armor: count,
	arm_armor: count,
	leg_armor: count,
})
export type CarePackageCounts = z.infer<typeof CarePackageCounts>

/** A pool's config.toml, fully resolved. Key names are the file's. */
const PoolSettings = z.strictObject({
	display: z.strictObject({
		type: z.enum(['training', 'race']),
		sort_order: z.int(),
		estimated_duration: z.string(),
		description: z.string(),
	}),
	run: z.strictObject({ seed: z.int(), run_complete_message: z.string(), chapel_grace: z.boolean() }),
	/** Allowed spread, in minutes, between the ways through a seed. */
	budget: z.strictObject({ tolerance: count }),
	/** Layers of each kind that a seed has at least. */
	requirements: z.strictObject({ legacy_dungeons: count, bosses: count, mini_dungeons: count }),
	structure: z.strictObject({
		/** Layers between the start and the final boss. */
		min_layers: count,
		max_layers: count,
		max_branches: count,
		max_parallel_paths: count,
		min_branch_age: count,
		split_probability: share,
		merge_probability: share,
		crosslinks: z.boolean(),
		major_boss_ratio: share,
		first_layer_type: z.literal('legacy_dungeon').optional(),
		final_tier: count,
		/** Primary zones of the fights that may end a run; `all` for every major fight. */
		final_boss_candidates: z.array(z.string()),
	}),
	starting_items: StartingItems,
	care_package: CarePackageCounts,
	item_randomizer: z.strictObject({
		enabled: z.boolean(),
		difficulty: count,
		remove_requirements: z.boolean(),
		auto_upgrade_weapons: z.boolean(),
		auto_upgrade_dropped: z.boolean(),
		reduce_upgrade_cost: z.boolean(),
		dlc: z.boolean(),
		item_preset: z.boolean(),
		nerf_gargoyles: z.boolean(),
	}),
	enemy: z.strictObject({ randomize_bosses: z.boolean(), lock_final_boss: z.boolean().optional() }),
})
export type PoolSettings = z.infer<typeof PoolSettings>

export type PoolName = 'training_sprint' | 'training_standard' | 'training_marathon'

/** The project's own templates. */
export const templates = findTemplates()

/** The pools a fresh installation starts with. */
export const demoPools: Readonly<Record<PoolName, PoolSettings>> = {
	training_sprint: readPool('training_sprint'),
	training_standard: readPool('training_standard'),
	training_marathon: readPool('training_marathon'),
}

/** A pool of `pools/` that seeds can be made of. */
export function readPool(name: string): PoolSettings {
	const read = PoolSettings.safeParse(resolveTemplate(templates, name))
	if (read.success) return read.data
	const [issue] = read.error.issues
	throw new BadTemplate(`${name}: ${issue!.path.join('.')}: ${issue!.message}`)
}

/** `pools/` lies above the sources as it does above whatever is built of them. */
function findTemplates(): string {
	for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
		if (existsSync(join(folder, 'pools', '_base.toml'))) return join(folder, 'pools')
		if (folder === dirname(folder)) throw new Error(`no pools/_base.toml above ${import.meta.dirname}`)
	}
}
