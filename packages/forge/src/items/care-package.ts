import type { ItemJson } from '../graph-json.ts'
import type { CarePackageCounts } from '../pools.ts'
import type { Random } from '../random.ts'
import { shuffled } from '../random.ts'

type Shelf = { type: ItemJson['type']; items: Record<string, number> }
type Kind = Exclude<keyof CarePackageCounts, 'enabled' | 'weapon_upgrade'>

/** Names and ids as the game's item tables have them. */
const shelves: Record<Kind, Shelf> = {
	weapons: {
		type: 0,
		items: {
			Dagger: 1000000,
			Longsword: 2000000,
			'Bastard Sword': 3000000,
			Claymore: 3180000,
			Zweihander: 4040000,
			Falchion: 7000000,
			Shamshir: 7030000,
			Uchigatana: 9000000,
			Nagakiba: 9010000,
			Twinblade: 10000000,
			Mace: 11000000,
			'Battle Axe': 14000000,
			'Cross-Naginata': 15050000,
			Partisan: 16050000,
			Whip: 20000000,
			Caestus: 21000000,
		},
	},
	shields: {
		type: 0,
		items: {
			"Perfumer's Shield": 30010000,
			"Man-Serpent's Shield": 30020000,
			'Ice Crest Shield': 30140000,
			'Large Leather Shield': 31040000,
			"Banished Knight's Shield": 31100000,
			'Brass Shield': 31130000,
		},
	},
	catalysts: {
		type: 0,
		items: {
			'Glintstone Staff': 33000000,
			"Demi-Human Queen's Staff": 33040000,
			"Astrologer's Staff": 33130000,
			'Finger Seal': 34000000,
			"Godslayer's Seal": 34010000,
			'Clawmark Seal': 34040000,
		},
	},
	head_armor: {
		type: 1,
		items: {
			'Kaiden Helm': 50000,
			'Scaled Helm': 80000,
			'Bull-Goat Helm': 140000,
			'Banished Knight Helm': 200000,
			'Cleanrot Helm': 340000,
			'Land of Reeds Helm': 870000,
		},
	},
	body_armor: {
		type: 1,
		items: {
			'Kaiden Armor': 50100,
			'Scaled Armor': 80100,
			'Bull-Goat Armor': 140100,
			'Banished Knight Armor': 200100,
			'Astrologer Robe': 630100,
			'Confessor Armor': 880100,
		},
	},
	arm_armor: {
		type: 1,
		items: {
			'Iron Gauntlets': 40200,
			'Kaiden Gauntlets': 50200,
			"Alberich's Bracers": 120200,
			'Cleanrot Gauntlets': 340200,
			'Twinned Gauntlets': 600200,
			'Land of Reeds Gauntlets': 870200,
		},
	},
	leg_armor: {
		type: 1,
		items: {
			'Leather Trousers': 40300,
			'Scaled Greaves': 80300,
			'Bull-Goat Greaves': 140300,
			'Cleanrot Greaves': 340300,
			'Astrologer Trousers': 630300,
			'Confessor Boots': 880300,
		},
	},
	talismans: {
		type: 2,
		items: {
			'Crimson Amber Medallion': 1000,
			'Cerulean Amber Medallion': 1010,
			'Arsenal Charm': 1030,
			"Erdtree's Favor": 1040,
			'Stargazer Heirloom': 1080,
			'Green Turtle Talisman': 1150,
			'Claw Talisman': 2180,
			'Shard of Alexander': 1231,
		},
	},
	sorceries: {
		type: 3,
		items: {
			'Glintstone Pebble': 4000,
			'Great Glintstone Shard': 4001,
			'Glintstone Stars': 4040,
			'Glintstone Arc': 4070,
			'Magic Glintblade': 4390,
			'Carian Slicer': 4440,
			'Rock Sling': 4710,
		},
	},
	incantations: {
		type: 3,
		items: {
			'Catch Flame': 6000,
			'O, Flame!': 6001,
			'Flame Sling': 6010,
			'Black Flame': 6210,
			'Urgent Heal': 6420,
			Heal: 6421,
			'Golden Vow': 6600,
		},
	},
	crystal_tears: {
		type: 3,
		items: {
			'Crimsonspill Crystal Tear': 11000,
			'Greenspill Crystal Tear': 11001,
			'Crimsonburst Crystal Tear': 11009,
			'Greenburst Crystal Tear': 11010,
			'Winged Crystal Tear': 11012,
			'Strength-knot Crystal Tear': 11021,
			'Dexterity-knot Crystal Tear': 11022,
			'Faith-knot Crystal Tear': 11024,
			'Purifying Crystal Tear': 11027,
		},
	},
	ashes_of_war: {
		type: 4,
		items: {
			"Lion's Claw": 10000,
			Unsheathe: 11400,
			'Giant Hunt': 11600,
			'Sword Dance': 12400,
			'Hoarfrost Stomp': 50100,
			'Flame of the Redmanes': 50500,
			"Royal Knight's Resolve": 60100,
			'War Cry': 65100,
			Quickstep: 80000,
			"Bloodhound's Step": 80100,
		},
	},
}

export function packCare(random: Random, counts: CarePackageCounts): ItemJson[] {
	if (!counts.enabled) return []
	return Object.entries(shelves).flatMap(([kind, { type, items }]) =>
		shuffled(random, Object.entries(items))
			.slice(0, counts[kind as Kind])
			.map(([name, id]) => ({ type, id, name })),
	)
}
