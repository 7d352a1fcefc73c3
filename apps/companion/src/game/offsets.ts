import * as versions from './version.ts'
import type { Version } from './version.ts'

/** Where things stand in the game's objects: in bytes from where each begins. These never moved. */
export const GAME_DATA = {
	playerData: 0x08,
	/** Of this character, u32. */
	deaths: 0x94,
	/** In ms, u32. */
	igt: 0xa0,
	/** 0 on the first journey, u32. */
	newGamePlus: 0x120,
	bytes: 0x124,
} as const

/** 16 characters of UTF-16, ended by a zero where they are fewer. */
export const PLAYER_NAME = { at: 0x9c, bytes: 32 } as const

/** The part of a player that holds what is read in every version. */
export const PLAYER = { at: 0x6b0, bytes: 0x40 } as const

export const FIELD_AREA = { playRegion: 0xe4 } as const

/** Computed from others' notes for 2.2 to 2.6 and never seen: only `--diagnose` shows it. */
export const GAME_MAN = { saveSlot: 0xac0 } as const

/** What moved from version to version. */
export type Layout = {
	/** The first version of the program that is so. */
	from: Version
	worldChr: { player: number }
	/** `position` is relative to the piece of the map that `mapId` names. */
	player: { mapId: number; position: number; playRegion: number | null }
	menu: {
		/** One byte: a loading screen; the next: the title screen. */
		screen: number
		/** f32, above zero once the game has started up. */
		timer: number
		fade: number
	}
	/** False where it is an assumption that no player has confirmed. */
	confirmed: boolean
}

const oldWorldChr = { player: 0x1_8468 }
const worldChr = { player: 0x1_e508 }
const oldPlayer = { mapId: 0x6c0, position: 0x6b0, playRegion: null }
const player = { mapId: 0x6d0, position: 0x6c0, playRegion: 0x6e8 }
const oldMenu = { screen: 0x728, timer: 0x73c, fade: 0x96 }
const menu = { screen: 0x730, timer: 0x744, fade: 0x96 }

/** Oldest first. */
export const LAYOUTS: readonly [Layout, ...Layout[]] = [
	{
		from: [1, 2, 0, 0],
		worldChr: oldWorldChr,
		player: { mapId: 0x6c8, position: 0x6b8, playRegion: null },
		menu: { screen: 0x718, timer: 0x72c, fade: 0x8e },
		confirmed: true,
	},
	{
		from: [1, 3, 0, 0],
		worldChr: oldWorldChr,
		player: { mapId: 0x6c8, position: 0x6b8, playRegion: null },
		menu: { ...oldMenu, fade: 0x8e },
		confirmed: true,
	},
	{ from: [1, 4, 0, 0], worldChr: oldWorldChr, player: oldPlayer, menu: oldMenu, confirmed: true },
	{ from: [1, 7, 0, 0], worldChr, player: oldPlayer, menu: oldMenu, confirmed: true },
	{
		from: [1, 8, 0, 0],
		worldChr,
		player: { ...player, playRegion: null },
		menu: oldMenu,
		confirmed: true,
	},
	{ from: [2, 2, 0, 0], worldChr, player, menu, confirmed: true },
	{ from: [2, 7, 0, 0], worldChr, player, menu, confirmed: false },
]

/** The newest program that these layouts were written for. */
const NEWEST: Version = [2, 7, 1, 1]

/** The layout of a version, and what a player should know about that choice. */
export function layoutOf(version: Version | null): { layout: Layout; warning: string | null } {
	const newest = LAYOUTS.at(-1)!
	if (version === null) {
		return {
			layout: newest,
			warning: `This Elden Ring does not state its version: it is read as ${shown(NEWEST)}.`,
		}
	}
	if (versions.compare(version, NEWEST) > 0) {
		return {
			layout: newest,
			warning: `Elden Ring ${shown(version)} is newer than this companion: it is read as ${shown(NEWEST)}.`,
		}
	}
	const [oldest] = LAYOUTS
	if (versions.compare(version, oldest.from) < 0) {
		return {
			layout: oldest,
			warning: `Elden Ring ${shown(version)} is older than any this companion knows: it is read as ${shown(oldest.from)}.`,
		}
	}
	return { layout: LAYOUTS.findLast(({ from }) => versions.compare(version, from) >= 0)!, warning: null }
}

function shown(version: Version): string {
	return `${versions.titleVersion(version)} (${versions.format(version)})`
}
