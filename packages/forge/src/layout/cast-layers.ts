import { placesOf } from '../places/catalogue.ts'
import type { Place, PlaceType } from '../places/place.ts'
import { canBranch } from '../places/place.ts'
import type { PoolSettings } from '../pools.ts'
import type { Random } from '../random.ts'
import { chance, pick, shuffled } from '../random.ts'
import { drawLayerTypes } from './layer-types.ts'
import type { Stop } from './stop.ts'
import { enter } from './stop.ts'

/** Real seeds have opened up by then at the latest. */
const FULL_WIDTH_FROM_LAYER = 4

type Structure = PoolSettings['structure']

/** Fills the layers with places, none used twice: narrow at both ends, as wide as the gates allow between. */
export function castLayers(random: Random, settings: PoolSettings): Stop[][] {
	const { structure } = settings
	const types = drawLayerTypes(random, settings)
	const finale = pick(random, finaleCandidates(structure))
	const unused = drawPile(random, types, finale)

	const layers: Stop[][] = []
	for (const [layer, type] of types.entries()) {
		const layersLeft = types.length - 1 - layer
		const width = nextWidth(random, structure, { before: layers.at(-1), layer, layersLeft })
		const narrow = width < Math.min(structure.max_parallel_paths, layersLeft)
		const places = type === 'final_boss' ? [finale] : unused(type, width, narrow)
		layers.push(places.map((place) => enter(random, place, type)))
	}
	return layers
}

function finaleCandidates(structure: Structure): Place[] {
	const candidates = [...placesOf('major_boss'), ...placesOf('final_boss')]
	const wanted = structure.final_boss_candidates
	if (wanted.includes('all')) return candidates
	return wanted.map((zone) => {
		const place = candidates.find(({ zones }) => zones[0].id === zone)
		if (!place) throw new Error(`no such final boss: ${zone}`)
		return place
	})
}

/** Deals places without repeats; those that lead on to several others first where the seed has to grow wider. */
function drawPile(random: Random, types: readonly PlaceType[], finale: Place) {
	const piles = new Map<PlaceType, Place[]>()
	for (const type of new Set(types)) {
		piles.set(
			type,
			shuffled(random, placesOf(type)).filter((place) => place !== finale),
		)
	}
	return (type: PlaceType, count: number, mustBranch: boolean): Place[] => {
		const pile = piles.get(type) ?? []
		const fitting = mustBranch
			? [...pile.filter(canBranch), ...pile.filter((place) => !canBranch(place))]
			: pile
		const drawn = fitting.slice(0, count)
		if (drawn.length < count) throw new Error(`the catalogue has too few places of type ${type}`)
		piles.set(
			type,
			pile.filter((place) => !drawn.includes(place)),
		)
		return drawn
	}
}

type Position = { before: readonly Stop[] | undefined; layer: number; layersLeft: number }

function nextWidth(random: Random, structure: Structure, { before, layer, layersLeft }: Position): number {
	if (!before) return 1
	const exits = before.reduce((sum, stop) => sum + stop.exits.length, 0)
	// Both gates of the start lead somewhere else, as in every real seed.
	if (before[0]?.type === 'start') return exits
	// The last layers close to 3, 2, 1 before the final boss.
	const widest = Math.min(structure.max_parallel_paths, exits, Math.max(1, layersLeft))
	if (layer >= FULL_WIDTH_FROM_LAYER) return widest
	let width = before.length
	while (width < widest && chance(random, structure.split_probability)) width++
	return Math.min(width, widest)
}
