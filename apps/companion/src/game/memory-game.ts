import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Game, Reading } from '../snapshot.ts'
import type { Candidate, GameProcess, System } from './memory.ts'
import { layoutOf } from './offsets.ts'
import * as pe from './pe.ts'
import { createReader, type Reader } from './reader.ts'
import { locate, type Located } from './scan.ts'
import { REQUIRED, STATIC_NAMES } from './signatures.ts'
import { check, type Statics } from './validate.ts'

export type MemoryGameOptions = {
	system: System
	clock: Clock
	/** One sentence for the player, each time another one. */
	say: (sentence: string) => void
	/** Default: lets everything run that waits. */
	pause?: () => Promise<void>
}

const LOOK_EVERY_MS = 1_000
/** A running game is looked after less often: another one may have been started, or the anti-cheat. */
const LOOK_AFTER_EVERY_MS = 5_000
/** A game that is not ready by then never will be. */
const PATIENCE_MS = 60_000

/** The running game, found and found again by itself. */
export function openMemoryGame({ system, clock, say, pause = setImmediate }: MemoryGameOptions): Game {
	let life: Life = { stage: 'absent' }
	...
}
