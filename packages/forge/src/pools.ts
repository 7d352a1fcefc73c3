/** A pool's config.toml, fully resolved. Key names are the file's. */
export type PoolSettings = {
	display: {
		type: 'training'
		sort_order: number
		estimated_duration: string
		description: string
	}
	run: { seed: number; run_complete_message: string; chapel_grace: boolean }
	/** Allowed spread, in minutes, between the ways through a seed. */
	budget: { tolerance: number }
	/** Layers of each kind that a seed has at least. */
	requirements: { legacy_dungeons: number; bosses: number; mini_dungeons: number }
	structure: {
		/** Layers between the start and the final boss. */
		min_layers: number
		max_layers: number
		max_branches: number
		max_parallel_paths: number
		min_branch_age: number
		split_probability: number
		merge_probability: number
		crosslinks: boolean
		major_boss_ratio: number
		first_layer_type?: 'legacy_dungeon'
		final_tier: number
		/** Primary zones of the fights that may end a run; `all` for every major fight. */
		final_boss_candidates: string[]
	}
	starting_items: StartingItems
	care_package: CarePackageCounts
	item_randomizer: {
		enabled: boolean
		difficulty: number
		remove_requirements: boolean
		auto_upgrade_weapons: boolean
		auto_upgrade_dropped: boolean
		reduce_upgrade_cost: boolean
		dlc: boolean
		item_preset: boolean
		nerf_gargoyles: boolean
	}
	enemy: { randomize_bosses: boolean; lock_final_boss?: boolean }
}

export type StartingItems = {
	academy_key: boolean
	pureblood_medal: boolean
	drawing_room_key: boolean
	lantern: boolean
	physick_flask: boolean
	great_runes: boolean
	whetblades: boolean
	omother: boolean
	welldepthskey: boolean
	gaolupperlevelkey: boolean
	gaollowerlevelkey: boolean
	holeladennecklace: boolean
	messmerskindling: boolean
	talisman_pouches: number
	golden_seeds: number
	sacred_tears: number
	starting_runes: number
	larval_tears: number
	stonesword_keys: number
}

export type CarePackageCounts = {
	enabled: boolean
	weapon_upgrade: number
	weapons: number
	shields: number
	catalysts: number
	talismans: number
	sorceries: number
	incantations: number
	crystal_tears: number
	ashes_of_war: number
	head_armor: number
	body_armor: number
	arm_armor: number
	leg_armor: number
}

export type PoolName = 'training_sprint' | 'training_standard' | 'training_marathon'

const run = { seed: 0, run_complete_message: 'RUN COMPLETE', chapel_grace: true }

const branching = {
	max_branches: 4,
	max_parallel_paths: 4,
	min_branch_age: 3,
	split_probability: 0.9,
	merge_probability: 0.5,
	crosslinks: true,
}

/** Everything that would lock a gate away is in the bag from the start. */
const keys = {
	academy_key: true,
	pureblood_medal: false,
	drawing_room_key: true,
	lantern: true,
	physick_flask: true,
	great_runes: true,
	omother: true,
	welldepthskey: true,
	gaolupperlevelkey: true,
	gaollowerlevelkey: true,
	holeladennecklace: true,
	messmerskindling: true,
}

const itemRandomizer = {
	enabled: true,
	remove_requirements: true,
	auto_upgrade_weapons: true,
	auto_upgrade_dropped: true,
	reduce_upgrade_cost: true,
	dlc: true,
	item_preset: true,
}

const sprint: PoolSettings = {
	display: {
		type: 'training',
		sort_order: 1,
		estimated_duration: '~30min',
		description: 'A short run with a full bag: learn the gates',
	},
	run,
	budget: { tolerance: 3 },
	requirements: { legacy_dungeons: 1, bosses: 3, mini_dungeons: 3 },
	structure: {
		...branching,
		min_layers: 10,
		max_layers: 15,
		major_boss_ratio: 0.14,
		final_tier: 12,
		final_boss_candidates: ['all'],
	},
	starting_items: {
		...keys,
		whetblades: true,
		talisman_pouches: 3,
		golden_seeds: 5,
		sacred_tears: 4,
		starting_runes: 100_000,
		larval_tears: 1,
		stonesword_keys: 6,
	},
	care_package: {
		enabled: true,
		weapon_upgrade: 3,
		weapons: 5,
		shields: 2,
		catalysts: 2,
		talismans: 4,
		sorceries: 5,
		incantations: 5,
		crystal_tears: 5,
		ashes_of_war: 3,
		head_armor: 2,
		body_armor: 2,
		arm_armor: 2,
		leg_armor: 2,
	},
	item_randomizer: { ...itemRandomizer, difficulty: 35, nerf_gargoyles: true },
	enemy: { randomize_bosses: false },
}

const standard: PoolSettings = {
	display: {
		type: 'training',
		sort_order: 2,
		estimated_duration: '~1h',
		description: 'The length of a race: legacy dungeons, bosses and a fair bag',
	},
	run,
	budget: { tolerance: 5 },
	requirements: { legacy_dungeons: 2, bosses: 8, mini_dungeons: 5 },
	structure: {
		...branching,
		min_layers: 25,
		max_layers: 27,
		major_boss_ratio: 0.3,
		first_layer_type: 'legacy_dungeon',
		final_tier: 20,
		final_boss_candidates: [
			'stormveil_godrick',
			'academy_library',
			'caelid_radahn',
			'ainsel_astel',
			'leyndell_morgott',
			'volcano_rykard',
			'flamepeak_fire_giant',
			'mohgwyn_mohg',
			'farum_maliketh',
			'ashen_hoarah_loux',
			'haligtree_malenia',
			'erdtree_elden_beast',
			'belurat_lion',
			'ensis_rellana',
			'storehouse_messmer',
			'rauh_romina',
			'enirilim_consort',
		],
	},
	starting_items: {
		...keys,
		whetblades: true,
		talisman_pouches: 3,
		golden_seeds: 7,
		sacred_tears: 4,
		starting_runes: 60_000,
		larval_tears: 3,
		stonesword_keys: 6,
	},
	care_package: {
		enabled: true,
		weapon_upgrade: 0,
		weapons: 1,
		shields: 1,
		catalysts: 2,
		talismans: 2,
		sorceries: 2,
		incantations: 2,
		crystal_tears: 5,
		ashes_of_war: 3,
		head_armor: 1,
		body_armor: 1,
		arm_armor: 1,
		leg_armor: 1,
	},
	item_randomizer: { ...itemRandomizer, difficulty: 50, nerf_gargoyles: true },
	enemy: { randomize_bosses: false },
}

const marathon: PoolSettings = {
	display: {
		type: 'training',
		sort_order: 3,
		estimated_duration: '~2h',
		description: 'The long way round: many great fights, shuffled bosses, a nearly empty bag',
	},
	run,
	budget: { tolerance: 8 },
	requirements: { legacy_dungeons: 3, bosses: 8, mini_dungeons: 5 },
	structure: {
		...branching,
		min_layers: 28,
		max_layers: 30,
		major_boss_ratio: 0.36,
		first_layer_type: 'legacy_dungeon',
		final_tier: 28,
		final_boss_candidates: [
			'haligtree_malenia',
			'mohgwyn_mohg',
			'farum_placidusax',
			'erdtree_elden_beast',
			'storehouse_messmer',
			'midra_lord',
			'scadutree_avatar',
			'finger_metyr',
			'jagged_bayle',
			'enirilim_consort',
		],
	},
	starting_items: {
		...keys,
		whetblades: false,
		talisman_pouches: 1,
		golden_seeds: 3,
		sacred_tears: 2,
		starting_runes: 20_000,
		larval_tears: 0,
		stonesword_keys: 3,
	},
	care_package: {
		enabled: true,
		weapon_upgrade: 0,
		weapons: 0,
		shields: 0,
		catalysts: 0,
		talismans: 0,
		sorceries: 0,
		incantations: 0,
		crystal_tears: 2,
		ashes_of_war: 1,
		head_armor: 1,
		body_armor: 1,
		arm_armor: 1,
		leg_armor: 1,
	},
	item_randomizer: { ...itemRandomizer, difficulty: 75, nerf_gargoyles: false },
	enemy: { randomize_bosses: true, lock_final_boss: true },
}

/** The pools a fresh installation starts with. */
export const demoPools: Readonly<Record<PoolName, PoolSettings>> = {
	training_sprint: sprint,
	training_standard: standard,
	training_marathon: marathon,
}
