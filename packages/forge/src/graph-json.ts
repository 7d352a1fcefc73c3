import type { PlaceType } from './places/place.ts'

/** graph.json as format 4.4 has it. */
export type GraphJson = {
	version: string
	seed: number
	total_layers: number
	total_nodes: number
	total_zones: number
	options: Record<string, boolean>
	nodes: Record<string, NodeJson>
	edges: { from: string; to: string }[]
	connections: ConnectionJson[]
	area_tiers: Record<string, number>
	event_map: Record<string, string>
	final_node_flag: number
	finish_event: number
	finish_boss_defeat_flag: number
	death_flags: Record<string, [low: number, medium: number, high: number]>
	items_spawned_flag: number
	run_complete_message: string
	chapel_grace: boolean
	sentry_torch_shop: boolean
	starting_item_lots: number[]
	starting_goods: number[]
	starting_runes: number
	starting_golden_seeds: number
	starting_sacred_tears: number
	starting_larval_tears: number
	starting_stonesword_keys: number
	care_package: ItemJson[]
	weapon_upgrade: number
	remove_entities: { map: string; entity_id: number }[]
	phantom_skins: Record<string, { speffects: number[] }>
	plugins: Record<string, never>
}

export type NodeJson = {
	type: PlaceType
	display_name: string
	zones: string[]
	layer: number
	tier: number
	original_tier: number | null
	/** Minutes. */
	weight: number
	exits: ExitJson[]
	entrances: EntranceJson[]
	defeat_flag?: number
	boss_name?: string
	randomized_bosses?: string[]
}

/** `from` is a zone of this node, `to` a node. */
export type ExitJson = { fog_id: string; text: string; from: string; from_text: string; to: string }

/** `from` is a node, `to` a zone of this node. */
export type EntranceJson = { text: string; from: string; to: string; to_text: string }

export type ConnectionJson = {
	exit_area: string
	exit_gate: string
	entrance_area: string
	entrance_gate: string
	flag_id: number
}

/** Types: 0 weapon, 1 armour, 2 talisman, 3 goods, 4 Ash of War. */
export type ItemJson = { type: 0 | 1 | 2 | 3 | 4; id: number; name: string }
