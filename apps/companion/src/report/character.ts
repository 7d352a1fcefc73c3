import type { Character, Snapshot } from '../snapshot.ts'

/** False where it cannot be told. */
export function isOtherCharacter(known: Character | null, seen: Character | null): boolean {
	if (!known || !seen) return false
	if (known.name !== seen.name) return true
	return known.slot !== null && seen.slot !== null && known.slot !== seen.slot
}

type Known = { startedAtMs: number; knownIgtMs: number }

/** The player's PC and the server may disagree about the time by this much. */
const CLOCK_SLACK_MS = 60 * 60_000
/** Nobody dies, loads and dies again faster than this. */
const DEATH_EVERY_MS = 5_000

/**
 * Whether a character seen for the first time has played longer, or died more often, than anyone can have since
 * the run was made. A simulated game runs faster than the clock: what the server knows already is no surprise.
 */
export function isWrongSave(
	{ igtMs, deaths }: Pick<Snapshot, 'igtMs' | 'deaths'>,
	{ startedAtMs, knownIgtMs }: Known,
	atMs: number,
): boolean {
	const possibleMs = Math.max(atMs - startedAtMs, knownIgtMs, 0) + CLOCK_SLACK_MS
	return (igtMs ?? 0) > possibleMs || (deaths ?? 0) * DEATH_EVERY_MS > possibleMs
}
