import { expect, it } from 'vitest'
import type { Snapshot } from '../snapshot.ts'
import { sceneOf } from './scene.ts'
import { snapshot } from './testing/snapshots.ts'

const table: [string, Partial<Snapshot>, string][] = [
	['a character that stands somewhere', {}, 'world'],
	['the title screen', { screen: 'title', playerPresent: false, igtMs: 0 }, 'menu'],
	['the title screen while a character is still in memory', { screen: 'title' }, 'menu'],
	['a loading screen', { screen: 'loading', playerPresent: false }, 'loading'],
	['no player yet', { playerPresent: false }, 'loading'],
	['no map yet', { mapId: null }, 'loading'],
	['a position of zeros', { position: [0, 0, 0] }, 'loading'],
	['one zero in the position', { position: [0, 3.5, 0] }, 'world'],
	['no play time yet', { igtMs: 0 }, 'loading'],
	['an unreadable screen state', { screen: null }, 'unknown'],
	['an unreadable player', { playerPresent: null }, 'unknown'],
	['an unreadable clock', { igtMs: null }, 'unknown'],
	['an unreadable death count', { deaths: null }, 'unknown'],
]

it.each(table)('takes %s as it should', (_what, differs, scene) => {
	expect(sceneOf({ state: 'read', snapshot: snapshot(differs) })).toBe(scene)
})

it('takes a game that is not there as away', () => {
	expect(sceneOf({ state: 'waiting', waitingFor: 'the game' })).toBe('away')
})
