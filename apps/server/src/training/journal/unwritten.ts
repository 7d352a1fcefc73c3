import type { Visit } from '@speedfog/core/run/run-state'
import type { Entry } from './statement.ts'

/**
 * `stored`: committed, up to and with `ackSeq`. Else nothing was: `refused`, because the run was ended
 * elsewhere or is gone; `unstorable`, a bug; `given_up`, because the server stops without its database.
 */
export type Outcome = { result: 'stored' | 'refused' | 'unstorable' | 'given_up'; ackSeq: number }

/** All that one session has waiting; `isTaken` once it is on its way to the database, and nothing can be added. */
export type Unwritten = {
	readonly entry: Entry
	readonly sinceMs: number
	isTaken: boolean
	/** Never rejects. */
	readonly outcome: Promise<Outcome>
	readonly resolve: (outcome: Outcome) => void
}

/** The entry is its own from now on: what comes later changes it. */
export function start(entry: Entry, sinceMs: number): Unwritten {
	let resolve: (outcome: Outcome) => void = () => {}
	const outcome = new Promise<Outcome>((settle) => (resolve = settle))
	return { entry, sinceMs, isTaken: false, outcome, resolve }
}

/** The newest figures and the newest of each visit count; facts add up. */
export function add({ entry }: Unwritten, newer: Entry): void {
	entry.isFigures &&= newer.isFigures
	entry.run = newer.run
	entry.currentLayer = newer.currentLayer
	entry.modChangedAtMs = newer.modChangedAtMs
	entry.visits = withNewer(entry.visits, newer.visits)
	if (newer.facts.length > 0) entry.facts = [...entry.facts, ...newer.facts]
}

export function settle(one: Unwritten, result: Outcome['result']): void {
	one.resolve({ result, ackSeq: one.entry.run.ackSeq })
}

function withNewer(visits: readonly Visit[], newer: readonly Visit[]): readonly Visit[] {
	if (newer.length === 0) return visits
	const changed = new Set(newer.map(({ seq }) => seq))
	return [...visits.filter(({ seq }) => !changed.has(seq)), ...newer]
}
