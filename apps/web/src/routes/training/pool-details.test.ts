import { expect, it } from 'vitest'
import type { PoolConfig } from '@speedfog/core/protocol/pools'
import { describe as details } from './pool-details.ts'

const bare: PoolConfig = {
	type: 'training',
	sort_order: 99,
	estimated_duration: null,
	description: null,
	legacy_dungeons: null,
	final_tier: null,
	min_layers: null,
	max_layers: null,
	starting_items: [],
	care_package: false,
	weapon_upgrade: null,
	care_package_items: [],
	items_randomized: false,
	auto_upgrade_weapons: false,
	remove_requirements: false,
	major_boss_ratio: null,
	randomize_bosses: false,
	item_difficulty: null,
	nerf_gargoyles: false,
}
const value = (config: PoolConfig, label: string) =>
	details(config).find((detail) => detail.label === label)?.value

it('leaves out what a pool does not set', () => {
	expect(details(bare).map((detail) => detail.label)).toEqual(['Bosses', 'Items', 'Care package'])
})

it('tells lengths, odds and lists in words', () => {
	const config: PoolConfig = {
		...bare,
		min_layers: 10,
		max_layers: 14,
		final_tier: 20,
		major_boss_ratio: 'Medium',
		starting_items: ['Lantern', '3 Talisman Pouches'],
		care_package: true,
		care_package_items: ['2 Catalysts'],
		weapon_upgrade: 3,
	}
	expect(value(config, 'Length')).toBe('10 to 14 layers')
	expect(value(config, 'Major bosses')).toBe('some')
	expect(value(config, 'Starting items')).toEqual(['Lantern', '3 Talisman Pouches'])
	expect(value(config, 'Care package')).toEqual(['2 Catalysts', 'weapons at +3'])
	expect(value({ ...config, max_layers: 10 }, 'Length')).toBe('10 layers')
})
