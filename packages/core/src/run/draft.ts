import type { SeedGraph } from '../graph/seed-graph.ts'
import { limits } from '../protocol/limits.ts'
import type { Connection, Fact, Run, Step, Tell, Visit } from './run-state.ts'
import * as flurry from './flurry.ts'

/** A step in the making. `run` is replaced, never changed in place; the rest belongs to this step alone. */
export type Draft = {
	readonly graph: SeedGraph
	run: Run
	/** New and changed visits by `seq`; nothing is made for the many steps that change none. */
	visits: Map<number, Visit> | undefined
	facts: Fact[]
	/** What spectators get first: nothing, paced figures, or an update at once. */
	spectators: 'nothing' | 'figures' | 'update'
	/** Whether the mod gets a `leaderboard_update` (P25). */
	modUpdate: boolean
	/** What follows the updates, in order. */
	tells: Tell[]
	/** Whether something with a `seq` was dealt with (P40). */
	ack: boolean
	store: Step['store']
}

export function open(graph: SeedGraph, run: Run): Draft {
	return {
		graph,
		run,
		visits: undefined,
		facts: [],
		spectators: 'nothing',
		modUpdate: false,
		tells: [],
		ack: false,
		store: 'none',
	}
}

export function set(draft: Draft, changes: Partial<Run>) {
	draft.run = { ...draft.run, ...changes }
}

/** A flag may come without a `connect` before it where a run that ended is only drained (P2). */
export function setConnection(draft: Draft, changes: Partial<Connection>) {
	set(draft, { connection: { ...(draft.run.connection ?? newConnection), ...changes } })
}

export const newConnection: Connection = {
	trusted: false,
	lastIgt: null,
	resent: null,
	oldSave: false,
	oldSaveIgtMs: null,
}

export function setVisit(draft: Draft, visit: Visit) {
	draft.visits ??= new Map()
	draft.visits.set(visit.seq, visit)
}

/** Facts that nothing is rebuilt from. */
const remarks = new Set<Fact['kind']>(['igt_fell', 'deaths_fell', 'old_save'])

export function note(draft: Draft, fact: Pick<Fact, 'kind' | 'atMs'> & Partial<Fact>) {
	storeSoon(draft)
	const number = draft.run.factCount
	if (number >= limits.facts && remarks.has(fact.kind)) return
	draft.facts.push({ flagId: null, igtMs: null, nodeId: null, detail: null, ...fact, number })
	set(draft, { factCount: number + 1 })
}

export function storeSoon(draft: Draft) {
	if (draft.store === 'none') draft.store = 'soon'
}

/** The mod's answer: the zone it is in. It answers re-sends that wait for theirs as well (P14). */
export function tellZone(draft: Draft) {
	if (draft.run.connection?.resent) setConnection(draft, { resent: null })
	draft.tells.push({ to: 'mod', type: 'zone_update', nodeId: currentNode(draft) })
}

export function tellStatusChange(draft: Draft) {
	draft.tells.push({ to: 'mod', type: 'race_status_change' })
	draft.tells.push({ to: 'spectators', type: 'race_status_change' })
}

/** Nobody is there to hear it. */
export function dropModTells(draft: Draft) {
	draft.modUpdate = false
	draft.ack = false
	draft.tells = draft.tells.filter((tell) => tell.to !== 'mod')
}

export function currentNode(draft: Draft): string {
	return draft.run.current?.nodeId ?? draft.graph.startNode
}

export function close(draft: Draft): Step {
	const { run } = draft
	const visits = draft.visits ? [...draft.visits.values()] : []
	const visitsChanged = visits.length > 0
	const tells: Tell[] = []
	if (draft.spectators === 'update')
		tells.push({ to: 'spectators', type: 'leaderboard_update', visitsChanged })
	if (draft.spectators === 'figures') tells.push({ to: 'spectators', type: 'figures', visitsChanged })
	if (draft.modUpdate) tells.push({ to: 'mod', type: 'leaderboard_update' })
	tells.push(...draft.tells)
	if (draft.ack) tells.push({ to: 'mod', type: 'ack', seq: run.ackSeq })
	return {
		run,
		visits,
		facts: draft.facts,
		tells,
		store: draft.store,
		wakeAtMs: flurry.earliestEnd(run.hold, run.connection?.resent ?? null),
	}
}
