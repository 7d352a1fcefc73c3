import type { Reading, Snapshot } from '../../snapshot.ts'

/** A character who stands in the world, changed as a test says. */
export function snapshot(differs: Partial<Snapshot> = {}): Snapshot {
	return {
		igtMs: 60_000,
		deaths: 0,
		screen: 'in_game',
		playerPresent: true,
		character: { name: 'Tarnished', slot: 0, newGamePlus: 0 },
		mapId: 'm10_00_00_00',
		position: [1, 2, 3],
		playRegionId: 1_000_000,
		flags: new Map(),
		...differs,
	}
}

export const world = (differs: Partial<Snapshot> = {}): Reading => ({
	state: 'read',
	snapshot: snapshot(differs),
})

export const loading = (differs: Partial<Snapshot> = {}): Reading =>
	world({ screen: 'loading', playerPresent: false, mapId: null, position: null, ...differs })

export const title = (differs: Partial<Snapshot> = {}): Reading =>
	world({ screen: 'title', playerPresent: false, igtMs: 0, character: null, mapId: null, ...differs })

export const away: Reading = { state: 'waiting', waitingFor: 'the game' }
