import type { SeedGraph } from '../graph/seed-graph.ts'
import { type Draft, set, tellZone } from './draft.ts'
import { isPossible } from './figures.ts'
import * as flags from './flags.ts'
import type { Flag } from './flags.ts'
import type { GameplayEvent } from './run-state.ts'
import { begin, insert, isLate } from './visits.ts'

/** Flags of several nodes with one IGT: not passed just now, but found set in a save (P18). */
export type Burst = {
	/** As reported. */
	igtMs: number
	atMs: number
	gates: Flag[]
	hasFinish: boolean
	/** Known once it was judged. */
	honest?: boolean
}

/** The bursts among waiting messages, by their IGT. Flags already known count, and so does the finish. */
export function find(graph: SeedGraph, waiting: readonly GameplayEvent[]): Map<number, Burst> {
	const groups = new Map<number, Burst>()
	for (const event of waiting) {
		const gate = flags.asGate(graph, event)
		const flag = gate ?? flags.asFinish(graph, event)
		if (flag === null) continue
		const { igtMs, atMs } = flag
		const group = groups.get(igtMs) ?? { igtMs, atMs, gates: [], hasFinish: false }
		if (gate) group.gates.push(gate)
		else group.hasFinish = true
		groups.set(igtMs, group)
	}
	for (const [igtMs, { gates, hasFinish }] of groups) {
		const nodes = new Set(gates.map((flag) => graph.nodeOfFlag.get(flag.flagId)))
		if (nodes.size + (hasFinish ? 1 : 0) < 2) groups.delete(igtMs)
	}
	return groups
}

/** Judges the burst; an honest one is recorded. */
export function recordIfHonest(draft: Draft, burst: Burst, ackSeq: number): boolean {
	const honest = isHonest(draft, burst)
	if (honest) record(draft, burst, ackSeq)
	return honest
}

/** A link that came late shows a way through this graph, in a time that can have been played. */
function isHonest({ graph, run }: Draft, burst: Burst): boolean {
	if (!isPossible(run, flags.igtOf(run, burst), burst.atMs)) return false
	const found = run.current === null ? [graph.startNode] : run.history.map((entry) => entry.nodeId)
	const shown = nodesOf(graph, burst.gates)
	const leadTo = new Set([...found, ...shown].flatMap((id) => graph.nodes.get(id)?.next ?? []))
	return shown.every((nodeId) => found.includes(nodeId) || leadTo.has(nodeId))
}

/**
 * Records an honest burst: each new node once, in layer order. Further flags of its nodes are only kept, so
 * that they are known when they come again. `ackSeq` is how far the client had been answered before: what it
 * sends again of that changes nothing (P40).
 */
function record(draft: Draft, burst: Burst, ackSeq: number) {
	begin(draft, burst.atMs)
	const { graph } = draft
	const igtMs = flags.igtOf(draft.run, burst)
	const late = isLate(draft.run, igtMs)
	const deepest = inLayerOrder(graph, burst.gates).at(-1)
	const fresh = burst.gates.filter((flag) => !(flag.seq !== undefined && flag.seq <= ackSeq))
	for (const flag of inLayerOrder(graph, fresh)) {
		if (flags.isRecorded(draft.run, flag)) continue
		const nodeId = graph.nodeOfFlag.get(flag.flagId) as string
		if (!flags.isKnown(draft.run, nodeId)) {
			const seq = insert(draft, { nodeId, flagId: flag.flagId, igtMs })
			draft.modUpdate = true
			if (!late && nodeId === nodeOf(graph, deepest)) set(draft, { current: { seq, nodeId } })
		}
		flags.record(draft, flag, nodeId, 'late_flag')
	}
	tellZone(draft)
}

/** Of equals the one with the higher flag comes last. */
function inLayerOrder(graph: SeedGraph, gates: readonly Flag[]): Flag[] {
	const layerOf = (flag: Flag) => graph.nodes.get(nodeOf(graph, flag) ?? '')?.layer ?? 0
	return gates.toSorted((a, b) => layerOf(a) - layerOf(b) || a.flagId - b.flagId)
}

function nodeOf(graph: SeedGraph, flag: Flag | undefined): string | undefined {
	return flag && graph.nodeOfFlag.get(flag.flagId)
}

function nodesOf(graph: SeedGraph, gates: readonly Flag[]): string[] {
	return [...new Set(gates.flatMap((flag) => graph.nodeOfFlag.get(flag.flagId) ?? []))]
}
