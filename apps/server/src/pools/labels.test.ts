import { PoolConfig } from '@speedfog/core/protocol/pools'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { labels } from './labels.ts'

const read = (toml: string) => labels(parse(toml))

describe('the labels of a pool', () => {
	it('say of an empty config that nothing is set', () => {
		expect(read('')).toEqual({
			type: 'race',
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
		})
	})

	it('read every section', () => {
		const config = read(`
			display = { type = "training", sort_order = 2, estimated_duration = "~30min", description = "Quick" }
			requirements = { legacy_dungeons = 1 }
			structure = { min_layers = 12, max_layers = 17, final_tier = 15, major_boss_ratio = 0.3 }
			starting_items = { lantern = true, larval_tears = 2 }
			care_package = { enabled = true, weapon_upgrade = 8, weapons = 4 }
			item_randomizer = { enabled = true, difficulty = 50, auto_upgrade_weapons = true, remove_requirements = true, nerf_gargoyles = true }
			enemy = { randomize_bosses = true }`)
		expect(config).toEqual({
			type: 'training',
			sort_order: 2,
			estimated_duration: '~30min',
			description: 'Quick',
			legacy_dungeons: 1,
			final_tier: 15,
			min_layers: 12,
			max_layers: 17,
			starting_items: ['Lantern', '2 Larval Tears'],
			care_package: true,
			weapon_upgrade: 8,
			care_package_items: ['4 Weapons'],
			items_randomized: true,
			auto_upgrade_weapons: true,
			remove_requirements: true,
			major_boss_ratio: 'Medium',
			randomize_bosses: true,
			item_difficulty: 'Normal',
			nerf_gargoyles: true,
		})
	})

	it('list starting items in the order people know, whatever the order of the file', () => {
		const items = read(`[starting_items]
			stonesword_keys = 6
			larval_tears = 3
			starting_runes = 100000
			sacred_tears = 4
			golden_seeds = 7
			talisman_pouches = 3
			messmerskindling = true
			holeladennecklace = true
			gaollowerlevelkey = true
			gaolupperlevelkey = true
			welldepthskey = true
			omother = true
			whetblades = true
			great_runes = true
			physick_flask = true
			lantern = true
			drawing_room_key = true
			pureblood_medal = true
			academy_key = true`).starting_items
		expect(items).toEqual([
			'Academy Key',
			'Pureblood Medal',
			'Drawing Room Key',
			'Lantern',
			'Physick Flask',
			'Great Runes',
			'Whetblades',
			'O, Mother',
			'Well Depths Key',
			'Gaol Upper Level Key',
			'Gaol Lower Level Key',
			'Hole-Laden Necklace',
			"Messmer's Kindling",
			'3 Talisman Pouches',
			'7 Golden Seeds',
			'4 Sacred Tears',
			'100k Runes',
			'3 Larval Tears',
			'6 Stonesword Keys',
		])
	})

	it('name one pouch, tear or key in the singular and leave out what is none', () => {
		const one =
			'talisman_pouches = 1\nlarval_tears = 1\nstonesword_keys = 1\ngolden_seeds = 0\nlantern = false'
		expect(read(`[starting_items]\n${one}`).starting_items).toEqual([
			'1 Talisman Pouch',
			'1 Larval Tear',
			'1 Stonesword Key',
		])
	})

	it.each([
		[1, '1 Runes'],
		[999, '999 Runes'],
		[1000, '1k Runes'],
		[1500, '1.5k Runes'],
		[100_000, '100k Runes'],
	])('shorten %i runes', (runes, label) => {
		expect(read(`[starting_items]\nstarting_runes = ${runes}`).starting_items).toEqual([label])
	})

	it('list the care package with its armour in one sum', () => {
		const care = `weapons = 2\nshields = 1\ncatalysts = 3\ntalismans = 4\nsorceries = 5\nincantations = 6
			crystal_tears = 7\nashes_of_war = 8\nhead_armor = 1\nbody_armor = 2\narm_armor = 0\nleg_armor = 1`
		expect(read(`[care_package]\nenabled = true\n${care}`).care_package_items).toEqual([
			'2 Weapons',
			'1 Shields',
			'3 Catalysts',
			'4 Talismans',
			'5 Sorceries',
			'6 Incantations',
			'7 Crystal Tears',
			'8 Ashes of War',
			'4 Armor pieces',
		])
		expect(read(`[care_package]\nenabled = false\n${care}`).care_package_items).toEqual([])
	})

	it.each([
		[0, 'Low'],
		[0.149, 'Low'],
		[0.15, 'Medium'],
		[0.349, 'Medium'],
		[0.35, 'High'],
		[1, 'High'],
	])('call a boss ratio of %f %s', (ratio, label) => {
		expect(read(`[structure]\nmajor_boss_ratio = ${ratio}`).major_boss_ratio).toBe(label)
	})

	it.each([
		[0, 'Easy'],
		[44, 'Easy'],
		[45, 'Normal'],
		[64, 'Normal'],
		[65, 'Hard'],
	])('call an item difficulty of %i %s', (difficulty, label) => {
		expect(read(`[item_randomizer]\ndifficulty = ${difficulty}`).item_difficulty).toBe(label)
	})

	it('take what is of a wrong type as not set', () => {
		const config = read(`
			display = { type = 7, sort_order = "first", description = [] }
			structure = [1, 2]
			starting_items = { lantern = "yes", golden_seeds = -4, starting_runes = inf }
			care_package = true
			__proto__ = { care_package = { enabled = true } }`)
		expect(config).toEqual(read(''))
		expect(PoolConfig.parse(config)).toEqual(config)
	})
})
