export type PlaceType =
	'start' | 'mini_dungeon' | 'boss_arena' | 'major_boss' | 'legacy_dungeon' | 'final_boss'

export type Zone = { id: string; name: string }

/** One side of a fog gate. `map` and `asset` together name it in the game. */
export type Gate = {
	zone: string
	/** `mAA_BB_CC_DD` */
	map: string
	asset: string
	/** Where it is, seen from inside the place. */
	text: string
	way: 'both' | 'in' | 'out'
}

/** A piece of the Lands Between that becomes one node of a seed. The first zone gives the node its name. */
export type Place = {
	type: PlaceType
	zones: readonly [Zone, ...Zone[]]
	/** Enemy scaling in the unchanged game. */
	tier: number | null
	minutes: number
	gates: readonly Gate[]
	boss?: { name: string; defeatFlag: number }
}

/** Ways out for somebody who came in by `entrance`. An arena can be left by the gate it was entered through. */
export function exitsBesides(place: Place, entrance: Gate | null): Gate[] {
	return place.gates.filter((gate) => gate.way !== 'in' && (gate !== entrance || place.boss !== undefined))
}

export function entrancesOf(place: Place): Gate[] {
	return place.gates.filter((gate) => gate.way !== 'out')
}

/** Whether somebody can find two ways on, whichever way he came in. */
export function canBranch(place: Place): boolean {
	return entrancesOf(place).every((entrance) => exitsBesides(place, entrance).length > 1)
}
