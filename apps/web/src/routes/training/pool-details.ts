import type { PoolConfig } from '@speedfog/core/protocol/pools'

export type Detail = { label: string; value: string | string[] }

/** A pool's settings as a list that people read; what is not set is left out. */
export function describe(config: PoolConfig): Detail[] {
	const details: Detail[] = []
	const add = (label: string, value: string | string[] | null) => {
		if (value !== null && value.length > 0) details.push({ label, value })
	}
	add('Length', range(config.min_layers, config.max_layers))
	add('Final tier', config.final_tier === null ? null : `${config.final_tier} of 28`)
	add('Legacy dungeons', config.legacy_dungeons === null ? null : `at least ${config.legacy_dungeons}`)
	add('Major bosses', boss[config.major_boss_ratio ?? 'none'])
	add('Bosses', config.randomize_bosses ? 'shuffled' : 'where you know them')
	add('Items', items(config))
	add('Item difficulty', config.items_randomized ? config.item_difficulty : null)
	add('Weapons', config.auto_upgrade_weapons ? 'upgrade by themselves' : null)
	add('Requirements', config.remove_requirements ? 'none: every weapon and spell can be used' : null)
	add('Gargoyles', config.nerf_gargoyles ? 'no poison breath' : null)
	add('Starting items', config.starting_items)
	add('Care package', config.care_package ? carePackage(config) : 'none')
	return details
}

const boss = { Low: 'few', Medium: 'some', High: 'many', none: null }

function range(min: number | null, max: number | null): string | null {
	if (min === null || max === null) return min === null && max === null ? null : `about ${min ?? max} layers`
	return min === max ? `${min} layers` : `${min} to ${max} layers`
}

const items = (config: PoolConfig) => (config.items_randomized ? 'randomised' : 'where you know them')

function carePackage(config: PoolConfig): string[] {
	const upgraded = config.weapon_upgrade ? [`weapons at +${config.weapon_upgrade}`] : []
	return [...config.care_package_items, ...upgraded]
}
