import type { SeedGraph } from '../graph/seed-graph.ts'
import * as burst from './burst.ts'
import { currentNode, type Draft, note, set, setConnection } from './draft.ts'
import { isPossible } from './figures.ts'
import * as flags from './flags.ts'
import * as flurry from './flurry.ts'
import { decide, isStale, settle } from './gameplay.ts'
import { refusals } from './refusals.ts'
import type { GameplayEvent, Run } from './run-state.ts'

type HeldFlag = flags.Flag | flags.Finish

/**
 * P18: a flag by which an old save would first show itself waits for what comes with it (and everything
 * that comes meanwhile waits behind it). A finish alone is looked at only while no gate speaks for the session.
 */
export function mustWait({ graph, run }: Draft, event: GameplayEvent): boolean {
	if (run.status !== 'active') return false
	if (isOfOldSave(run, asFlag(graph, event))) return true
	if (flags.asFinish(graph, event)) return run.recordedFlags.size === 0
	return flags.asGate(graph, event) !== null && run.connection?.trusted !== true
}

export function wait(draft: Draft, event: GameplayEvent) {
	const { hold } = draft.run
	const time = hold === null || asFlag(draft.graph, event) ? flurry.extend(hold, event.atMs) : hold
	set(draft, {
		hold: { ...time, waiting: [...(hold?.waiting ?? []), event] },
	})
}

/** Judges what was held and applies it, and what waited behind it, in order. */
export function resolve(draft: Draft) {
	const { graph, run } = draft
	const { hold, ackSeq } = run
	if (hold === null) return
	set(draft, { hold: null })
	const bursts = burst.find(graph, hold.waiting)
	const refused: HeldFlag[] = []
	for (const event of finishLast(graph, hold.waiting)) {
		const flag = asFlag(graph, event)
		const isMore = isOfOldSave(run, flag)
		const found = flag && !isMore ? bursts.get(flag.igtMs) : undefined
		if (found) found.honest ??= burst.recordIfHonest(draft, found, ackSeq)
		// A flag that the client had its answer for only bore witness to its burst (P40).
		const counts = !isStale(event, ackSeq)
		const isOld = found ? !found.honest : isMore || (flag !== null && isLoneOldFinish(draft, flag))
		const isRecorded = found !== undefined && flags.asGate(graph, event) !== null
		if (counts && isOld && flag) refused.push(flag)
		else if (counts && !isRecorded) decide(draft, event)
		if (flags.asGate(graph, event)) setConnection(draft, { trusted: true })
		settle(draft, event)
	}
	if (refused.length > 0) showOldSave(draft, refused)
}

function asFlag(graph: SeedGraph, event: GameplayEvent): HeldFlag | null {
	return flags.asGate(graph, event) ?? flags.asFinish(graph, event)
}

/** The network may cut a burst in two. 0 is no time: the game's clock could not be read (P15). */
function isOfOldSave({ connection }: Run, flag: HeldFlag | null): boolean {
	return (
		flag !== null && flag.igtMs > 0 && connection?.oldSave === true && connection.oldSaveIgtMs === flag.igtMs
	)
}

/** A finish that no gate came with is believed only if it can have been played since the session began. */
function isLoneOldFinish({ graph, run }: Draft, event: HeldFlag): boolean {
	if (!flags.asFinish(graph, event) || run.status !== 'active' || run.recordedFlags.size > 0) return false
	return !isPossible(run, flags.igtOf(run, event), event.atMs)
}

/** The mod sends a finish at once and gates after their loading screen: the gates were passed before it. */
function finishLast(graph: SeedGraph, waiting: readonly GameplayEvent[]): readonly GameplayEvent[] {
	const lastGate = waiting.findLastIndex((event) => flags.asGate(graph, event))
	const early = waiting.slice(0, lastGate + 1)
	return [
		...early.filter((event) => !flags.asFinish(graph, event)),
		...early.filter((event) => flags.asFinish(graph, event)),
		...waiting.slice(lastGate + 1),
	]
}

/** Told last, so that nothing else covers it on the player's screen. */
function showOldSave(draft: Draft, refused: readonly HeldFlag[]) {
	const [first] = refused
	const last = refused.at(-1)
	if (first === undefined || last === undefined) return
	note(draft, {
		kind: 'old_save',
		atMs: first.atMs,
		igtMs: first.igtMs,
		detail: { flags: refused.length },
	})
	setConnection(draft, { oldSave: true, oldSaveIgtMs: last.igtMs, resent: null })
	draft.spectators = 'update'
	draft.tells.push({ to: 'mod', type: 'error', message: refusals.oldSave })
	draft.tells.push({ to: 'mod', type: 'old_save', nodeId: currentNode(draft) })
}
