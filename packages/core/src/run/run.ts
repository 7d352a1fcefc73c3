import type { SeedGraph } from '../graph/seed-graph.ts'
import {
	close,
	type Draft,
	dropModTells,
	newConnection,
	note,
	open,
	set,
	tellStatusChange,
	tellZone,
} from './draft.ts'
import * as flurry from './flurry.ts'
import { asRecorded } from './flags.ts'
import { decide, isStale, settle } from './gameplay.ts'
import * as hold from './hold.ts'
import type { GameplayEvent, Run, RunEvent, Step, Visit } from './run-state.ts'
import { historyOf, reachedBy } from './visits.ts'

/** One for all: most runs never see an unknown flag. */
const noFlags: ReadonlySet<number> = new Set()

/** A session that was just made. */
export function begin({ createdAtMs, simulated }: { createdAtMs: number; simulated: boolean }): Run {
	return {
		status: 'active',
		simulated,
		createdAtMs,
		finishedAtMs: null,
		igtMs: 0,
		deaths: 0,
		deathsHighest: 0,
		era: 0,
		visits: [],
		history: [],
		current: null,
		reached: null,
		recordedFlags: new Set(),
		unknownFlags: noFlags,
		factCount: 0,
		ackSeq: 0,
		connection: null,
		hold: null,
	}
}

/** What a database keeps of a run. */
export type StoredRun = Pick<
	Run,
	| 'status'
	| 'simulated'
	| 'createdAtMs'
	| 'finishedAtMs'
	| 'igtMs'
	| 'deaths'
	| 'deathsHighest'
	| 'era'
	| 'factCount'
	| 'ackSeq'
> & {
	/** `seq` of the visit the pointer stands on. */
	currentSeq: number | null
	/** In any order. */
	visits: readonly Visit[]
	/** Of the facts of kind `flag` and `late_flag`. */
	recordedFlags: Iterable<{ flagId: number; igtMs: number }>
}

/** The run as it was when its last step was stored; no mod is connected and nothing waits. */
export function restore(graph: SeedGraph, stored: StoredRun): Run {
	const { currentSeq, recordedFlags, ...figures } = stored
	const visits = stored.visits
		.map((visit) => withNamesOf(graph, visit))
		.sort((a, b) => a.era - b.era || a.igtMs - b.igtMs || a.seq - b.seq)
	const current = visits.find((visit) => visit.seq === currentSeq)
	return {
		...begin(stored),
		...figures,
		visits,
		history: historyOf(visits),
		current: current ? { seq: current.seq, nodeId: current.nodeId } : null,
		reached: reachedBy(graph, visits),
		recordedFlags: new Set(Array.from(recordedFlags, asRecorded)),
	}
}

/** Names as the graph has them: read from somewhere else each would be kept once for every visit of every run. */
function withNamesOf({ nodes }: SeedGraph, visit: Visit): Visit {
	const nodeId = nodes.get(visit.nodeId)?.id ?? visit.nodeId
	const fromNodeId = visit.fromNodeId && (nodes.get(visit.fromNodeId)?.id ?? visit.fromNodeId)
	return { ...visit, nodeId, fromNodeId }
}

/**
 * The whole life of a run: what an event makes of it, what is to be stored and what is to be said. Pure; the
 * time is the event's. Events are given in the order they came in, and a `wake` at each step's `wakeAtMs`.
 */
export function apply(graph: SeedGraph, run: Run, event: RunEvent): Step {
	const draft = open(graph, run)
	switch (event.type) {
		case 'connect':
			hold.resolve(draft)
			dropModTells(draft)
			set(draft, { connection: newConnection })
			draft.spectators = 'update'
			break
		case 'disconnect':
			hold.resolve(draft)
			dropModTells(draft)
			set(draft, { connection: null })
			draft.spectators = 'update'
			break
		case 'abandon':
			hold.resolve(draft)
			abandon(draft, event.atMs)
			break
		case 'wake':
			catchUp(draft, event.atMs)
			break
		default:
			catchUp(draft, event.atMs)
			take(draft, event)
	}
	return close(draft)
}

/** A timer may come late: what was due by now is done before anything else. */
function catchUp(draft: Draft, atMs: number) {
	if (flurry.isOver(draft.run.hold, atMs)) hold.resolve(draft)
	if (flurry.isOver(draft.run.connection?.resent ?? null, atMs)) tellZone(draft)
}

function take(draft: Draft, event: GameplayEvent) {
	const stale = isStale(event, draft.run.ackSeq)
	if (draft.run.hold !== null || (!stale && hold.mustWait(draft, event))) return hold.wait(draft, event)
	if (!stale) decide(draft, event)
	settle(draft, event)
}

/** P24. A run that ended while the hold was resolved is not abandoned: the finish came first. */
function abandon(draft: Draft, atMs: number) {
	if (draft.run.status !== 'active') return
	set(draft, { status: 'abandoned' })
	note(draft, { kind: 'abandon', atMs, igtMs: draft.run.igtMs })
	draft.store = 'now'
	tellStatusChange(draft)
	draft.tells.push({ to: 'mod', type: 'leaderboard_update' })
	draft.tells.push({
		to: 'spectators',
		type: 'leaderboard_update',
		visitsChanged: draft.visits !== undefined,
	})
}
