import type { SeedGraph } from '../graph/seed-graph.ts'
import { type Draft, note, set, setVisit } from './draft.ts'
import type { HistoryEntry, Run, Visit } from './run-state.ts'

/** P10: whatever comes first, a run begins at the start node with the clock at 0. */
export function begin(draft: Draft, atMs: number) {
	if (draft.run.current !== null) return
	const nodeId = draft.graph.startNode
	const start = { seq: 0, era: 0, nodeId, fromNodeId: null, flagId: null, igtMs: 0, deaths: 0 }
	setVisits(draft, [start], [start])
	set(draft, { current: { seq: 0, nodeId } })
	note(draft, { kind: 'start', atMs, nodeId, igtMs: 0 })
	draft.spectators = 'update'
}

export type Entry = { nodeId: string; flagId: number | null; igtMs: number }

/** The pointer goes where the player came to; a visit is always the newest of its session. */
export function moveTo(draft: Draft, entry: Entry) {
	const { run } = draft
	const visit = newVisit(run, entry, run.current?.nodeId ?? null)
	setVisit(draft, visit)
	set(draft, {
		visits: [...run.visits, visit],
		history: withVisit(run.history, visit),
		reached: deeper(draft.graph, run.reached, visit),
		current: { seq: visit.seq, nodeId: visit.nodeId },
	})
}

/**
 * Records a visit that was told of late: at its place in the order of play, the pointer stays. Where from is
 * not known; it is the last zone before that has a gate to it. The visit behind it came from here if the
 * graph has that gate. Returns the visit's `seq`.
 */
export function insert(draft: Draft, entry: Entry): number {
	const { graph, run } = draft
	let place = run.visits.length
	while (place > 0 && isBehind(run.visits[place - 1], run.era, entry.igtMs)) place--
	const before = run.visits.slice(0, place)
	const from = before.findLast((each) => hasEdge(graph, each.nodeId, entry.nodeId)) ?? before.at(-1)
	const visit = newVisit(run, entry, from?.nodeId ?? null)
	const behind = run.visits.slice(place)
	const changed: Visit[] = [visit]
	const [next] = behind
	if (next && hasEdge(graph, visit.nodeId, next.nodeId)) {
		behind[0] = { ...next, fromNodeId: visit.nodeId }
		changed.push(behind[0])
	}
	setVisits(draft, [...before, visit, ...behind], changed)
	return visit.seq
}

/** Named one by one: a server keeps a great many of them, and a copied object takes half as much again. */
function newVisit(run: Run, { nodeId, flagId, igtMs }: Entry, fromNodeId: string | null): Visit {
	return { seq: run.visits.length, era: run.era, nodeId, fromNodeId, flagId, igtMs, deaths: 0 }
}

/** P12: told after a later visit, though the clock was not seen to fall since. */
export function isLate(run: Run, igtMs: number): boolean {
	return isBehind(run.visits.at(-1), run.era, igtMs)
}

/** Deaths belong to the visit the pointer stands on (P11). */
export function charge(draft: Draft, deaths: number) {
	const { visits, history, current } = draft.run
	const index = visits.findLastIndex((visit) => visit.seq === current?.seq)
	const visit = visits[index]
	if (visit === undefined) return
	const charged = { ...visit, deaths: visit.deaths + deaths }
	setVisit(draft, charged)
	set(draft, {
		visits: visits.with(index, charged),
		history: history.map((entry) =>
			entry.nodeId === visit.nodeId ? { ...entry, deaths: entry.deaths + deaths } : entry,
		),
	})
}

/** Each node's first visit, in IGT order, with the deaths of all its visits. */
export function historyOf(visits: readonly Visit[]): HistoryEntry[] {
	const entries = new Map<string, HistoryEntry>()
	for (const { nodeId, igtMs, deaths } of visits) {
		const entry = entries.get(nodeId)
		if (entry === undefined) entries.set(nodeId, { nodeId, igtMs, deaths })
		else entry.deaths += deaths
	}
	return inOrder([...entries.values()])
}

/** The same after one more visit without a death. */
function withVisit(history: Run['history'], { nodeId, igtMs, deaths }: Visit): Run['history'] {
	if (history.some((entry) => entry.nodeId === nodeId)) return history
	return inOrder([...history, { nodeId, igtMs, deaths }])
}

function inOrder(history: HistoryEntry[]): HistoryEntry[] {
	return history.sort((a, b) => a.igtMs - b.igtMs)
}

/** The deepest layer among the visits and when it was first entered. */
export function reachedBy(graph: SeedGraph, visits: readonly Visit[]): Run['reached'] {
	return visits.reduce<Run['reached']>((reached, visit) => deeper(graph, reached, visit), null)
}

function deeper(graph: SeedGraph, reached: Run['reached'], { nodeId, igtMs }: Visit): Run['reached'] {
	const layer = graph.nodes.get(nodeId)?.layer ?? 0
	return reached === null || layer > reached.layer ? { layer, igtMs } : reached
}

function setVisits(draft: Draft, visits: readonly Visit[], changed: readonly Visit[]) {
	for (const visit of changed) setVisit(draft, visit)
	set(draft, { visits, history: historyOf(visits), reached: reachedBy(draft.graph, visits) })
}

function isBehind(visit: Visit | undefined, era: number, igtMs: number): boolean {
	return visit !== undefined && visit.era === era && visit.igtMs > igtMs
}

function hasEdge(graph: SeedGraph, from: string, to: string): boolean {
	return graph.nodes.get(from)?.next.includes(to) ?? false
}
