import type { StartingItems } from '../pools.ts'

type Key = {
	[Name in keyof StartingItems]: StartingItems[Name] extends boolean ? Name : never
}[keyof StartingItems]

/** Goods ids of the game. */
const goodsOfKey: Record<Key, number[]> = {
	academy_key: [8109],
	pureblood_medal: [2160],
	drawing_room_key: [8134],
	lantern: [2070],
	physick_flask: [250],
	great_runes: [191, 192, 193, 194, 195, 196],
	whetblades: [8970, 8971, 8972, 8973, 8974],
	omother: [2009004],
	welldepthskey: [2008004],
	gaolupperlevelkey: [2008005],
	gaollowerlevelkey: [2008006],
	holeladennecklace: [2008008],
	messmerskindling: [2008021],
}
const RUSTY_KEY = 8010
const SPIRIT_CALLING_BELL = 8158
const TALISMAN_POUCH = 10040

export function startingGoods(items: StartingItems): number[] {
	const keys = Object.entries(goodsOfKey).flatMap(([key, ids]) => (items[key as Key] ? ids : []))
	return [
		RUSTY_KEY,
		SPIRIT_CALLING_BELL,
		...keys,
		...Array<number>(items.talisman_pouches).fill(TALISMAN_POUCH),
	]
}
