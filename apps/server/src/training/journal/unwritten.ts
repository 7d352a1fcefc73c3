import type { Visit } from '@speedfog/core/run/run-state'
import type { Entry } from './statement.ts'

/**
 * `stored`: committed, up to and with `ackSeq`. Else nothing was: `refused`, because the run was ended
 * elsewhere or is gone; `unstorable`, a bug; `given_up`, because the server stops without its database.
 */
export type Outcome = { result: 'stored' | 'refused' | 'unstorable' | 'given_up'; ackSeq: number }

/** Told of what was written behind, when it is stored or is not going to be. It never throws. */
export type Teller = { noteStored(one: Unwritten, outcome: Outcome): void }

/** All that one session has waiting; `isTaken` once it is on its way to the database, and nothing can be added. */
export type Unwritten = {
	readonly entry: Entry
	readonly sinceMs: number
	isTaken: boolean
	teller: Teller | undefined
	/** Whoever waits: thousands are written every second, and few are waited for. */
	waiting: ((outcome: Outcome) => void)[] | undefined
	outcome: Outcome | undefined
}

/** The entry is its own from now on: what comes later changes it. */
export function start(entry: Entry, sinceMs: number): Unwritten {
	return { entry, sinceMs, isTaken: false, teller: undefined, waiting: undefined, outcome: undefined }
}

/** It never rejects. */
export function outcomeOf(one: Unwritten): Promise<Outcome> {
	if (one.outcome) return Promise.resolve(one.outcome)
	return new Promise((resolve) => (one.waiting ??= []).push(resolve))
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

/** Once: what is given up may still be on its way. */
export function settle(one: Unwritten, result: Outcome['result']): void {
	if (one.outcome) return
	one.outcome = { result, ackSeq: one.entry.run.ackSeq }
	for (const resolve of one.waiting ?? []) resolve(one.outcome)
	one.teller?.noteStored(one, one.outcome)
}

function withNewer(visits: readonly Visit[], newer: readonly Visit[]): readonly Visit[] {
	if (newer.length === 0) return visits
	const changed = new Set(newer.map(({ seq }) => seq))
	return [...visits.filter(({ seq }) => !changed.has(seq)), ...newer]
}
