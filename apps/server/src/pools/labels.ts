import type { PoolConfig } from '@speedfog/core/protocol/pools'

type Table = Record<string, unknown>

const STARTING_ITEMS: Record<string, string> = {
	academy_key: 'Academy Key',
	pureblood_medal: 'Pureblood Medal',
	drawing_room_key: 'Drawing Room Key',
	lantern: 'Lantern',
	physick_flask: 'Physick Flask',
	great_runes: 'Great Runes',
	whetblades: 'Whetblades',
	omother: 'O, Mother',
	welldepthskey: 'Well Depths Key',
	gaolupperlevelkey: 'Gaol Upper Level Key',
	gaollowerlevelkey: 'Gaol Lower Level Key',
	holeladennecklace: 'Hole-Laden Necklace',
	messmerskindling: "Messmer's Kindling",
}

const CARE_PACKAGE: Record<string, string> = {
	weapons: 'Weapons',
	shields: 'Shields',
	catalysts: 'Catalysts',
	talismans: 'Talismans',
	sorceries: 'Sorceries',
	incantations: 'Incantations',
	crystal_tears: 'Crystal Tears',
	ashes_of_war: 'Ashes of War',
}

const ARMOUR = ['head_armor', 'body_armor', 'arm_armor', 'leg_armor']

/** A pool's config.toml in people's words. What is missing or of a wrong type counts as not set. */
export function labels(toml: Table): PoolConfig {
	const display = table(toml, 'display')
	const structure = table(toml, 'structure')
	const care = table(toml, 'care_package')
	const items = table(toml, 'item_randomizer')
	return {
		type: display.type === 'training' ? 'training' : 'race',
		sort_order: number(display, 'sort_order') ?? 99,
		estimated_duration: text(display, 'estimated_duration'),
		description: text(display, 'description'),
		legacy_dungeons: number(table(toml, 'requirements'), 'legacy_dungeons'),
		final_tier: number(structure, 'final_tier'),
		min_layers: number(structure, 'min_layers'),
		max_layers: number(structure, 'max_layers'),
		starting_items: startingItems(table(toml, 'starting_items')),
		care_package: care.enabled === true,
		weapon_upgrade: number(care, 'weapon_upgrade'),
		care_package_items: care.enabled === true ? careItems(care) : [],
		items_randomized: items.enabled === true,
		auto_upgrade_weapons: items.auto_upgrade_weapons === true,
		remove_requirements: items.remove_requirements === true,
		major_boss_ratio: step(number(structure, 'major_boss_ratio'), { Medium: 0.15, High: 0.35 }, 'Low'),
		randomize_bosses: table(toml, 'enemy').randomize_bosses === true,
		item_difficulty: step(number(items, 'difficulty'), { Normal: 45, Hard: 65 }, 'Easy'),
		nerf_gargoyles: items.nerf_gargoyles === true,
	}
}

function startingItems(items: Table): string[] {
	return [
		...Object.entries(STARTING_ITEMS).flatMap(([key, label]) => (items[key] === true ? [label] : [])),
		...counted(items, 'talisman_pouches', 'Talisman Pouches', 'Talisman Pouch'),
		...counted(items, 'golden_seeds', 'Golden Seeds'),
		...counted(items, 'sacred_tears', 'Sacred Tears'),
		...runes(count(items, 'starting_runes')),
		...counted(items, 'larval_tears', 'Larval Tears', 'Larval Tear'),
		...counted(items, 'stonesword_keys', 'Stonesword Keys', 'Stonesword Key'),
	]
}

function careItems(care: Table): string[] {
	const armour = ARMOUR.reduce((sum, key) => sum + count(care, key), 0)
	return [
		...Object.entries(CARE_PACKAGE).flatMap(([key, label]) => counted(care, key, label)),
		...(armour > 0 ? [`${armour} Armor pieces`] : []),
	]
}

function counted(from: Table, key: string, label: string, one = label): string[] {
	const amount = count(from, key)
	return amount > 0 ? [`${amount} ${amount === 1 ? one : label}`] : []
}

function runes(amount: number): string[] {
	if (amount >= 1000) return [`${Math.round(amount / 100) / 10}k Runes`]
	return amount > 0 ? [`${amount} Runes`] : []
}

/** The name of the highest step that the value reaches; steps rise. */
function step<Name extends string, Least extends string>(
	value: number | null,
	steps: Record<Name, number>,
	least: Least,
): Name | Least | null {
	if (value === null) return null
	const reached = (Object.keys(steps) as Name[]).filter((name) => value >= steps[name])
	return reached.at(-1) ?? least
}

function table(from: Table, key: string): Table {
	const value = from[key]
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {}
}

function number(from: Table, key: string): number | null {
	const value = from[key]
	return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function count(from: Table, key: string): number {
	return Math.max(number(from, key) ?? 0, 0)
}

function text(from: Table, key: string): string | null {
	const value = from[key]
	return typeof value === 'string' && value !== '' ? value : null
}
