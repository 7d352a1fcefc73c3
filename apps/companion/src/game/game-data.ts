import { isObjectAddress, type Memory } from './memory.ts'
import { GAME_DATA, PLAYER_NAME } from './offsets.ts'

/** Of one instant: time and deaths come with one read. */
export type GameData = { igtMs: number; deaths: number; newGamePlus: number; playerData: bigint }

/** The clock stops at 999:59:59.999. */
const MOST_IGT_MS = 3_599_999_999
const MOST_DEATHS = 100_000
/** The game counts up to 7; editors write more. */
const MOST_JOURNEYS = 100

export function readGameData(memory: Memory, address: bigint): GameData | 'impossible' | null {
	const bytes = memory.read(address, GAME_DATA.bytes)
	if (!bytes) return null
	const igtMs = bytes.readUInt32LE(GAME_DATA.igt)
	const deaths = bytes.readUInt32LE(GAME_DATA.deaths)
	const newGamePlus = bytes.readUInt32LE(GAME_DATA.newGamePlus)
	if (igtMs > MOST_IGT_MS || deaths >= MOST_DEATHS || newGamePlus >= MOST_JOURNEYS) return 'impossible'
	return { igtMs, deaths, newGamePlus, playerData: bytes.readBigUInt64LE(GAME_DATA.playerData) }
}

/** Null without a character, or without a name. */
export function readName(memory: Memory, playerData: bigint): string | null {
	if (!isObjectAddress(playerData)) return null
	const text = memory.read(playerData + BigInt(PLAYER_NAME.at), PLAYER_NAME.bytes)?.toString('utf16le')
	const name = text?.split('\0', 1)[0]
	return name ? name : null
}
