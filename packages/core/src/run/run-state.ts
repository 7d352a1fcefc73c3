import type { SessionStatus } from '../protocol/shapes.ts'

/** One stay in a node. Visits are in play order: by `era`, then IGT, then `seq`. */
export type Visit = {
	/** Number of its recording in this session, from 0; with the session its key in the database. */
	seq: number
	/** How often the IGT had fallen (older save loaded) before this visit. */
	era: number
	nodeId: string
	fromNodeId: string | null
	/** The flag that told of it; null for the start node and for moves found by a zone query. */
	flagId: number | null
	igtMs: number
	/** Deaths charged to this visit. */
	deaths: number
}

/** A node's first visit, with the deaths of all its visits. */
export type HistoryEntry = { nodeId: string; igtMs: number; deaths: number }

/** The life of one run: plain data, replaced and never changed in place. */
export type Run = {
	status: SessionStatus
	/** Exempt from the clock tests of P18. */
	simulated: boolean
	createdAtMs: number
	finishedAtMs: number | null
	igtMs: number
	deaths: number
	/** Highest death count since the IGT last fell: only what exceeds it is charged (P11). */
	deathsHighest: number
	era: number
	/** In play order. */
	visits: readonly Visit[]
	/** One entry a node, in IGT order. */
	history: readonly HistoryEntry[]
	/** `seq` of the visit the pointer stands on; null before the first gameplay message. */
	currentSeq: number | null
	/** Flag → IGTs it was reported with, as reported (P14). */
	recordedFlags: ReadonlyMap<number, readonly number[]>
	/** The last `seq` applied of a client with `ack`; 0 before (P40). */
	ackSeq: number
	/** What the present connection is known for; null while no mod is connected. */
	connection: Connection | null
	/** Flags that wait until it is clear whether they were passed just now (P18). */
	hold: Hold | null
}

export type Connection = {
	/** True once its first gate flag was judged; false again after a jump of the IGT. */
	trusted: boolean
	lastStatus: { igtMs: number; atMs: number } | null
	ack: boolean
	toldUnknownFlags: ReadonlySet<number>
}

export type Hold = {
	sinceMs: number
	lastFlagMs: number
	/** The held flags and what came after them, in order. */
	waiting: readonly RunEvent[]
}

/** `atMs` is the server's clock when the message came in (ms since 1970). */
export type RunEvent = { atMs: number } & (
	| { type: 'connect'; ack: boolean }
	| { type: 'disconnect' }
	| { type: 'status_update'; igtMs: number; deaths: number; seq?: number | undefined }
	| { type: 'event_flag'; flagId: number; igtMs: number; seq?: number | undefined }
	| { type: 'zone_query'; mapId?: string | undefined; graceEntityId?: number | undefined }
	| { type: 'finished'; igtMs: number }
	/** A frame that was refused before it got here, with a readable `seq` (P40). */
	| { type: 'refused'; seq: number }
	| { type: 'abandon' }
	/** The time asked for by `wakeAtMs` has come. */
	| { type: 'wake' }
)

/** One accepted fact, as `run_events` keeps it. */
export type Fact = {
	kind:
		'start' | 'flag' | 'late_flag' | 'move' | 'finish' | 'abandon' | 'igt_fell' | 'deaths_fell' | 'old_save'
	atMs: number
	/** As reported; null where the kind has none. Flag and IGT together are unique in a session. */
	flagId: number | null
	igtMs: number | null
	nodeId: string | null
	detail: Record<string, number | string> | null
}

/** What is to be said once the facts are committed, in order. */
export type Tell =
	| { to: 'mod'; type: 'zone_update'; nodeId: string }
	/** P18: an `error` and a `zone_update` that asks for a new character. */
	| { to: 'mod'; type: 'old_save'; nodeId: string }
	| { to: 'mod'; type: 'error'; message: string }
	| { to: 'mod'; type: 'ack'; seq: number }
	| { to: 'mod' | 'spectators'; type: 'leaderboard_update'; visitsChanged: boolean }
	/** New IGT or deaths only: paced by P52. */
	| { to: 'spectators'; type: 'figures' }
	| { to: 'mod' | 'spectators'; type: 'race_status_change' }
	| { to: 'spectators'; type: 'old_save' }
	| { to: 'log'; type: 'unknown_flag'; flagId: number }

export type Step = {
	run: Run
	/** Visits that are new or were changed by this step. */
	visits: readonly Visit[]
	facts: readonly Fact[]
	tells: readonly Tell[]
	/**
	 * `now`: commit before telling (P22). `soon`: figures that may be written behind (≤ 2 s).
	 * `none`: nothing to store.
	 */
	store: 'now' | 'soon' | 'none'
	/** When to send a `wake` at the latest; null when nothing waits. */
	wakeAtMs: number | null
}
