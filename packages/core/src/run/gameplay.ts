import { limits } from '../protocol/limits.ts'
import { type Draft, set, storeSoon } from './draft.ts'
import * as figures from './figures.ts'
import * as flags from './flags.ts'
import { refusals } from './refusals.ts'
import type { GameplayEvent } from './run-state.ts'
import * as zoneQuery from './zone-query.ts'

/** Applies one message to the run; whether it had to wait was decided before. */
export function decide(draft: Draft, event: GameplayEvent) {
	if (event.type === 'refused') return
	if (draft.run.status !== 'active') return decideAfterEnd(draft, event)
	const finish = flags.asFinish(draft.graph, event)
	if (finish) return flags.finish(draft, finish)
	if (event.type !== 'status_update' && draft.run.visits.length >= limits.visits)
		return refuse(draft, refusals.full)
	switch (event.type) {
		case 'status_update':
			return figures.report(draft, event)
		case 'zone_query':
			return zoneQuery.answer(draft, event)
		case 'event_flag': {
			const nodeId = draft.graph.nodeOfFlag.get(event.flagId)
			if (nodeId === undefined) flags.ignoreUnknown(draft, event)
			else flags.passGate(draft, event, nodeId)
		}
	}
}

/** P17: after the finish only a gate passed before it still counts. No wait: the time of the run is set. */
function decideAfterEnd(draft: Draft, event: GameplayEvent) {
	const { run, graph } = draft
	const nodeId = event.type === 'event_flag' ? graph.nodeOfFlag.get(event.flagId) : undefined
	if (run.status === 'finished' && event.type === 'event_flag' && nodeId !== undefined) {
		const overtaken = flags.igtOf(run, event) <= run.igtMs && !flags.isRecorded(run, event)
		if (overtaken) return flags.passBeforeFinish(draft, event, nodeId)
	}
	refuse(draft, refusals.notActive)
}

function refuse(draft: Draft, message: string) {
	draft.tells.push({ to: 'mod', type: 'error', message })
}

/** P40: what comes again changes nothing. */
export function isStale(event: GameplayEvent, ackSeq: number): boolean {
	return seqOf(event) !== undefined && (seqOf(event) as number) <= ackSeq
}

/** P40: applied, ignored or refused, it need not come again. */
export function settle(draft: Draft, event: GameplayEvent) {
	const seq = seqOf(event)
	if (seq === undefined) return
	draft.ack = true
	if (seq <= draft.run.ackSeq) return
	set(draft, { ackSeq: seq })
	storeSoon(draft)
}

function seqOf(event: GameplayEvent): number | undefined {
	return 'seq' in event ? event.seq : undefined
}
