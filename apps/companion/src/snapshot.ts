/** What one poll of the game reads. `null` means that it could not be read, never that it is not so. */
export type Snapshot = {
	/** In-game time; 0 while no character is loaded. */
	igtMs: number | null
	/** Read in the same instant as the time. */
	deaths: number | null
	screen: 'in_game' | 'loading' | 'title' | null
	playerPresent: boolean | null
	character: Character | null
	/** `m10_00_00_00`; null also where the game has none. */
	mapId: string | null
	position: readonly [number, number, number] | null
	playRegionId: number | null
	/** Watched flags; one that is missing here could not be read. */
	flags: ReadonlyMap<number, boolean>
}

export type Character = {
	name: string
	slot: number | null
	/** 0 on the first journey. */
	newGamePlus: number
}

/** `waiting`: no game to read yet, or no more; `waitingFor` says what is missing. */
export type Reading = { state: 'waiting'; waitingFor: string } | { state: 'read'; snapshot: Snapshot }

/** The real game or the simulated one. */
export type Game = {
	/** Names the flags that the following snapshots are to hold. */
	watch(flags: readonly number[]): void
	/** Called once a poll. */
	read(): Reading
	close(): void
}

/** Ten polls a second of game time. */
export const POLL_MS = 100
