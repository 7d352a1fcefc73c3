import type { Reading } from '../snapshot.ts'

/**
 * What a player would see: `away` no game, `menu` title without a character, `loading` the screen between
 * places, `world` a character that can be played, `unknown` nothing can be said.
 */
export type Scene = 'unknown' | 'away' | 'menu' | 'loading' | 'world'

/**
 * The screen state alone is not enough: it says "in game" a moment before the character stands in the world,
 * when there is no player, no map, a position of zeros or no play time yet.
 */
export function sceneOf(reading: Reading): Scene {
	if (reading.state === 'waiting') return 'away'
	const { screen, playerPresent, igtMs, deaths, mapId, position } = reading.snapshot
	if (screen === 'title') return 'menu'
	if (screen === 'loading') return 'loading'
	if (screen === null || playerPresent === null) return 'unknown'
	if (!playerPresent || mapId === null || position === null) return 'loading'
	if (position.every((coordinate) => coordinate === 0)) return 'loading'
	if (igtMs === null || deaths === null) return 'unknown'
	return igtMs === 0 ? 'loading' : 'world'
}
