import type { ConnectionJson, EntranceJson, ExitJson, GraphJson, NodeJson } from './graph-json.ts'
import { packCare } from './items/care-package.ts'
import { startingGoods } from './items/starting-goods.ts'
import { shuffleBosses } from './layout/bosses.ts'
import { castLayers } from './layout/cast-layers.ts'
import type { Stop, Way } from './layout/stop.ts'
import { wire } from './layout/wire.ts'
import type { Gate, Place } from './places/place.ts'
import type { PoolSettings } from './pools.ts'
import { createRandom, mix } from './random.ts'

const VERSION = '4.4'
/** Saved event flags: one per connection, then the finish, then three for each node's bloodstains. */
const FIRST_FLAG = 1050294000
const ITEMS_SPAWNED_FLAG = 1050290000

/** The graph.json of demo seed `number`: the same number and settings always give the same seed. */
export function makeGraph(number: number, settings: PoolSettings): GraphJson {
	const random = createRandom(number)
	const layers = castLayers(random, settings)
	const stops = layers.flat()
	const ways = wire(random, layers, settings.structure)
	const shuffledBosses = settings.enemy.randomize_bosses
		? shuffleBosses(random, stops, settings.enemy.lock_final_boss ?? false)
		: undefined

	const tierOfLayer = (layer: number) =>
		Math.round(1 + ((settings.structure.final_tier - 1) * layer) / (layers.length - 1))
	const nodes = layers.flatMap((layerStops, layer) =>
		layerStops.map((stop) => {
			const node = nodeOf(stop, { ways, layer, tier: tierOfLayer(layer), shuffledBosses })
			return [idOf(stop.place), node] as const
		}),
	)
	const connections = ways.map((way, index) => connectionOf(way, FIRST_FLAG + index))
	const finishEvent = FIRST_FLAG + connections.length
	const finale = stops.at(-1) as Stop

	return {
		version: VERSION,
		seed: number,
		total_layers: layers.length,
		total_nodes: nodes.length,
		total_zones: stops.reduce((sum, stop) => sum + stop.place.zones.length, 0),
		options: { scale: true, shuffle: true },
		nodes: Object.fromEntries(nodes),
		edges: ways.map((way) => ({ from: idOf(way.from.place), to: idOf(way.to.place) })),
		connections,
		area_tiers: Object.fromEntries(nodes.flatMap(([, node]) => node.zones.map((zone) => [zone, node.tier]))),
		event_map: Object.fromEntries(ways.map((way, index) => [FIRST_FLAG + index, idOf(way.to.place)])),
		final_node_flag: FIRST_FLAG + ways.findIndex((way) => way.to === finale),
		finish_event: finishEvent,
		finish_boss_defeat_flag: finale.place.boss?.defeatFlag ?? 0,
		death_flags: deathFlags(
			nodes.slice(1).map(([id]) => id),
			finishEvent + 1,
		),
		items_spawned_flag: ITEMS_SPAWNED_FLAG,
		run_complete_message: settings.run.run_complete_message,
		chapel_grace: settings.run.chapel_grace,
		sentry_torch_shop: true,
		starting_item_lots: [],
		starting_goods: startingGoods(settings.starting_items),
		starting_runes: settings.starting_items.starting_runes,
		starting_golden_seeds: settings.starting_items.golden_seeds,
		starting_sacred_tears: settings.starting_items.sacred_tears,
		starting_larval_tears: settings.starting_items.larval_tears,
		starting_stonesword_keys: settings.starting_items.stonesword_keys,
		care_package: packCare(random, settings.care_package),
		weapon_upgrade: settings.care_package.weapon_upgrade,
		remove_entities: [],
		phantom_skins: {},
		plugins: {},
	}
}

type Surroundings = {
	ways: readonly Way[]
	layer: number
	tier: number
	shuffledBosses: ReadonlyMap<Stop, string> | undefined
}

function nodeOf(stop: Stop, { ways, layer, tier, shuffledBosses }: Surroundings): NodeJson {
	const { place } = stop
	const boss = place.boss
	const bossName = shuffledBosses?.get(stop) ?? boss?.name
	return {
		type: stop.type,
		display_name: place.zones[0].name,
		zones: place.zones.map((zone) => zone.id),
		layer,
		tier,
		original_tier: place.tier,
		weight: place.minutes,
		exits: ways.filter((way) => way.from === stop).map(exitOf),
		entrances: ways.filter((way) => way.to === stop).map(entranceOf),
		...(boss && { defeat_flag: boss.defeatFlag, boss_name: bossName }),
		...(boss && bossName && shuffledBosses && { randomized_bosses: [bossName] }),
	}
}

function exitOf({ from, gate, to }: Way): ExitJson {
	return {
		fog_id: gate.asset,
		text: gate.text,
		from: gate.zone,
		from_text: zoneName(from.place, gate.zone),
		to: idOf(to.place),
	}
}

function entranceOf({ from, to }: Way): EntranceJson {
	const gate = arrivalGate(to)
	return { text: gate.text, from: idOf(from.place), to: gate.zone, to_text: zoneName(to.place, gate.zone) }
}

function connectionOf({ gate, to }: Way, flag: number): ConnectionJson {
	const arrival = arrivalGate(to)
	return {
		exit_area: gate.zone,
		exit_gate: `${gate.map}_${gate.asset}`,
		entrance_area: arrival.zone,
		entrance_gate: `${arrival.map}_${arrival.asset}`,
		flag_id: flag,
	}
}

function deathFlags(ids: readonly string[], first: number): GraphJson['death_flags'] {
	return Object.fromEntries(
		ids.map((id, index) => {
			const low = first + 3 * index
			return [id, [low, low + 1, low + 2]]
		}),
	)
}

/** Zone name and four digits that follow from all its zones: the same in every seed. */
function idOf(place: Place): string {
	const sum = place.zones.reduce((hash, zone) => {
		return [...zone.id].reduce((inner, letter) => mix(inner ^ letter.charCodeAt(0)), mix(hash + 1))
	}, 0)
	return `${place.zones[0].id}_${(sum >>> 16).toString(16).padStart(4, '0')}`
}

function arrivalGate(stop: Stop): Gate {
	if (!stop.entrance) throw new Error(`${stop.place.zones[0].id} cannot be entered`)
	return stop.entrance
}

function zoneName(place: Place, id: string): string {
	return place.zones.find((zone) => zone.id === id)?.name ?? place.zones[0].name
}
