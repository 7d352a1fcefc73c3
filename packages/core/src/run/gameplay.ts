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
	switch (event.type) {
		case 'status_update':
			return figures.report(draft, event)
		case 'event_flag':
			return decideFlag(draft, event)
		case 'zone_query':
			return isFull(draft) ? refuse(draft, refusals.full) : zoneQuery.answer(draft, event)
		case 'finished':
			return flags.finish(draft, event)
	}
}

function decideFlag(draft: Draft, flag: flags.Flag) {
	if (flags.asFinish(draft.graph, flag)) return flags.finish(draft, flag)
	const nodeId = draft.graph.nodeOfFlag.get(flag.flagId)
	if (nodeId === undefined) return flags.ignoreUnknown(draft, flag)
	return isFull(draft) ? refuse(draft, refusals.full) : flags.passGate(draft, flag, nodeId)
}

function isFull({ run }: Draft): boolean {
	return run.visits.length >= limits.visits
}

/** P17: after the finish only a gate passed before it still counts. No wait: the time of the run is set. */
function decideAfterEnd(draft: Draft, event: GameplayEvent) {
	const { run, graph } = draft
	const nodeId = event.type === 'event_flag' ? graph.nodeOfFlag.get(event.flagId) : undefined
	if (run.status === 'finished' && event.type === 'event_flag' && nodeId !== undefined) {
		const overtaken = flags.igtOf(run, event) <= run.igtMs && !flags.isRecorded(run, event)
		if (overtaken && isFull(draft)) return refuse(draft, refusals.full)
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
