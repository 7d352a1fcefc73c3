import type { StaticName } from '../signatures.ts'

/** A version of the game as others have described it; written down apart from what the companion reads by. */
export type Edition = {
	version: readonly [number, number, number, number]
	statics: Record<StaticName, number>
	player: number
	mapId: number
	position: number
	screen: number
	timer: number
}

const OLD = { mapId: 0x6c0, position: 0x6b0, screen: 0x728, timer: 0x73c }
const NEW = { player: 0x1e508, mapId: 0x6d0, position: 0x6c0, screen: 0x730, timer: 0x744 }

/** One for each time that something moved. */
export const EDITIONS: readonly Edition[] = [
	{
		version: [1, 2, 3, 0],
		statics: statics(0x3c4b218, 0x3c55748, 0x3c532c8, 0x3c58b90, 0x3c564d0, 0x3c56be8),
		player: 0x18468,
		mapId: 0x6c8,
		position: 0x6b8,
		screen: 0x718,
		timer: 0x72c,
	},
	{
		version: [1, 3, 2, 0],
		statics: statics(0x3c5cd78, 0x3c672a8, 0x3c64e38, 0x3c6a700, 0x3c68040, 0x3c68758),
		player: 0x18468,
		mapId: 0x6c8,
		position: 0x6b8,
		screen: 0x728,
		timer: 0x73c,
	},
	{
		version: [1, 6, 0, 0],
		statics: statics(0x3c29108, 0x3c33508, 0x3c310b8, 0x3c369a0, 0x3c34298, 0x3c349d8),
		player: 0x18468,
		...OLD,
	},
	{
		version: [1, 7, 0, 0],
		statics: statics(0x3c43ac8, 0x3c4dec8, 0x3c4ba78, 0x3c51360, 0x3c4ec50, 0x3c4f398),
		player: 0x1e508,
		...OLD,
	},
	{
		version: [2, 0, 1, 0],
		statics: statics(0x3cd4d88, 0x3cdf238, 0x3cdcdd8, 0x3ce2580, 0x3cdffc0, 0x3ce0708),
		...NEW,
		screen: 0x728,
		timer: 0x73c,
	},
	{
		version: [2, 6, 2, 0],
		statics: statics(0x3d5df38, 0x3d68448, 0x3d65f88, 0x3d6b7b0, 0x3d691d8, 0x3d69918),
		...NEW,
	},
	{
		version: [2, 7, 1, 0],
		statics: statics(0x3d61f98, 0x3d6c4b8, 0x3d69ff8, 0x3d6f820, 0x3d6d248, 0x3d6d988),
		...NEW,
	},
]

export function editionOf(version: string): Edition {
	const edition = EDITIONS.find((one) => one.version.join('.').startsWith(version))
	if (!edition) throw new Error(`No edition ${version}`)
	return edition
}

function statics(
	GameDataMan: number,
	EventFlagMan: number,
	WorldChrMan: number,
	MenuMan: number,
	FieldArea: number,
	GameMan: number,
): Edition['statics'] {
	return { GameDataMan, EventFlagMan, WorldChrMan, MenuMan, FieldArea, GameMan }
}
