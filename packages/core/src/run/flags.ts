import type { SeedGraph } from '../graph/seed-graph.ts'
import { type Draft, note, set, setConnection, tellStatusChange, tellZone } from './draft.ts'
import * as flurry from './flurry.ts'
import type { GameplayEvent, Run } from './run-state.ts'
import { begin, insert, isLate, moveTo } from './visits.ts'

export type Flag = Extract<GameplayEvent, { type: 'event_flag' }>
export type Finish = Flag | Extract<GameplayEvent, { type: 'finished' }>

/** Enough for a log to show that something is wrong; a broken client could name four billion. */
const maxUnknownFlags = 100

/** P12, P13: a gate was passed. */
export function passGate(draft: Draft, flag: Flag, nodeId: string) {
	begin(draft, flag.atMs)
	if (isRecorded(draft.run, flag)) return passAgain(draft, flag.atMs)
	const igtMs = igtOf(draft.run, flag)
	const isNew = !isKnown(draft.run, nodeId)
	const late = isLate(draft.run, igtMs)
	if (!isSameCrossing(draft.run, nodeId, igtMs)) {
		if (late) insert(draft, { nodeId, flagId: flag.flagId, igtMs })
		else moveTo(draft, { nodeId, flagId: flag.flagId, igtMs })
	}
	record(draft, flag, nodeId, late ? 'late_flag' : 'flag')
	if (isNew) draft.modUpdate = true
	tellZone(draft)
}

/** P17: the finish overtook this gate. The mod has seen its end and is told nothing more. */
export function passBeforeFinish(draft: Draft, flag: Flag, nodeId: string) {
	const igtMs = igtOf(draft.run, flag)
	if (!isSameCrossing(draft.run, nodeId, igtMs)) insert(draft, { nodeId, flagId: flag.flagId, igtMs })
	record(draft, flag, nodeId, 'late_flag')
}

/** P16: the time of the finish is the run's time, whatever was reported before. */
export function finish(draft: Draft, event: Finish) {
	begin(draft, event.atMs)
	const flagId = event.type === 'event_flag' ? event.flagId : null
	note(draft, { kind: 'finish', atMs: event.atMs, flagId, igtMs: event.igtMs })
	set(draft, { status: 'finished', igtMs: igtOf(draft.run, event), finishedAtMs: event.atMs })
	draft.store = 'now'
	draft.spectators = 'update'
	draft.modUpdate = true
	tellStatusChange(draft)
}

/** P19: told to the log once, so that a seed of another run is noticed. */
export function ignoreUnknown(draft: Draft, { flagId }: Flag) {
	const { unknownFlags } = draft.run
	if (unknownFlags.has(flagId) || unknownFlags.size >= maxUnknownFlags) return
	set(draft, { unknownFlags: new Set(unknownFlags).add(flagId) })
	draft.tells.push({ to: 'log', type: 'unknown_flag', flagId })
}

/** Keeps the fact that a gate's flag was seen; the session's clock may only rise by it (P12). */
export function record(draft: Draft, flag: Flag, nodeId: string, kind: 'flag' | 'late_flag') {
	const { run } = draft
	note(draft, { kind, atMs: flag.atMs, flagId: flag.flagId, igtMs: flag.igtMs, nodeId })
	const igtMs = igtOf(run, flag)
	set(draft, {
		recordedFlags: new Set(run.recordedFlags).add(asRecorded(flag)),
		igtMs: Math.max(run.igtMs, igtMs),
	})
	setConnection(draft, {
		oldSave: false,
		lastIgt: run.connection?.lastIgt ?? { igtMs, atMs: flag.atMs },
	})
	draft.store = 'now'
	draft.spectators = 'update'
}

/** P14: the same report again. */
export function isRecorded(run: Run, flag: Flag): boolean {
	return run.recordedFlags.has(asRecorded(flag))
}

/** Saves keep most flags, so these are passed once in a session; the others once at an IGT. */
export function asRecorded({ flagId, igtMs }: Pick<Flag, 'flagId' | 'igtMs'>): number | string {
	return isTemporary(flagId) ? `${flagId} at ${igtMs}` : flagId
}

/** P15: 0 means that the game's clock could not be read. */
export function igtOf(run: Run, { igtMs }: { igtMs: number }): number {
	return igtMs === 0 ? run.igtMs : igtMs
}

export function isKnown(run: Run, nodeId: string): boolean {
	return run.history.some((entry) => entry.nodeId === nodeId)
}

export function asGate(graph: SeedGraph, event: GameplayEvent): Flag | null {
	return event.type === 'event_flag' && graph.nodeOfFlag.has(event.flagId) ? event : null
}

/** The finish, by its flag or as a message of its own (P16). */
export function asFinish(graph: SeedGraph, event: GameplayEvent): Finish | null {
	if (event.type === 'finished') return event
	return event.type === 'event_flag' && event.flagId === graph.finishFlag ? event : null
}

/** The thousands digit of a flag's last four says how the game keeps it; 2 is cleared at the next load. */
function isTemporary(flagId: number): boolean {
	return Math.floor(flagId / 1000) % 10 === 2
}

/** One crossing can raise several flags of its node: they are one visit, told by one clock. */
function isSameCrossing(run: Run, nodeId: string, igtMs: number): boolean {
	return run.visits.some((each) => each.nodeId === nodeId && each.igtMs === igtMs && each.era === run.era)
}

/** P14: answered when no more follow, so that a burst of re-sends gets one answer. */
function passAgain(draft: Draft, atMs: number) {
	setConnection(draft, { resent: flurry.extend(draft.run.connection?.resent ?? null, atMs) })
}
