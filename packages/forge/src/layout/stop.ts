import type { Gate, Place, PlaceType } from '../places/place.ts'
import { entrancesOf, exitsBesides } from '../places/place.ts'
import type { Random } from '../random.ts'
import { pick } from '../random.ts'

/** A place put into a seed, with the gate everybody arrives by and the gates that may lead on. */
export type Stop = {
	place: Place
	type: PlaceType
	entrance: Gate | null
	exits: readonly Gate[]
}

/** One way from a stop to a stop of the next layer, through a gate of its own. */
export type Way = { from: Stop; gate: Gate; to: Stop }

export function enter(random: Random, place: Place, type: PlaceType = place.type): Stop {
	const entrance = type === 'start' ? null : pick(random, entrancesOf(place))
	return { place, type, entrance, exits: type === 'final_boss' ? [] : exitsBesides(place, entrance) }
}
