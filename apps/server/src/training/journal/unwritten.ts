import type { Visit } from '@speedfog/core/run/run-state'
import type { Entry, ConnectedFact } from './statement.ts'

/**
 * `stored`: committed, up to and with `ackSeq`. Else nothing was: `refused`, because the run was ended
 * elsewhere or is gone; `unstorable`, a bug; `given_up`, because the server stops without its database.
 */
export type Outcome = { result: 'stored' | 'refused' | 'unstorable' | 'given_up'; ackSeq: number }

/** All that one session has waiting. */
export type Unwritten = {
	entry: Entry & { visits: Visit[]; facts: ConnectedFact[] }
	sinceMs: number
	outcome: Promise<Outcome>
	resolve: (outcome: Outcome) => void
}

export function start(entry: Entry, sinceMs: number): Unwritten {
	let resolve: (outcome: Outcome) => void = () => {}
	const outcome = new Promise<Outcome>((settle) => (resolve = settle))
	// Written out: a spread costs many times as much, and this is made for thousands of sessions a second.
	const own = {
		sessionId: entry.sessionId,
		fence: entry.fence,
		expected: entry.expected,
		run: entry.run,
		currentLayer: entry.currentLayer,
		modChangedAtMs: entry.modChangedAtMs,
		isFigures: entry.isFigures,
		visits: [...entry.visits],
		facts: [...entry.facts],
	}
	return { entry: own, sinceMs, outcome, resolve }
}

/** The newest figures and the newest of each visit count; facts add up. */
export function add({ entry }: Unwritten, newer: Entry): void {
	const { visits, facts, run, currentLayer, modChangedAtMs, isFigures } = newer
	entry.isFigures &&= isFigures
	entry.run = run
	entry.currentLayer = currentLayer
	entry.modChangedAtMs = modChangedAtMs
	for (const visit of visits) {
		const known = entry.visits.findIndex(({ seq }) => seq === visit.seq)
		if (known < 0) entry.visits.push(visit)
		else entry.visits[known] = visit
	}
	if (facts.length > 0) entry.facts.push(...facts)
}

export function settle(one: Unwritten, result: Outcome['result']): void {
	one.resolve({ result, ackSeq: one.entry.run.ackSeq })
}
