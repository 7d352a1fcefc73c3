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
	/** In play order. The array is replaced when a visit comes or changes, so identity tells of change. */
	visits: readonly Visit[]
	/** One entry a node, in IGT order. Replaced when it changes, like `visits`. */
	history: readonly HistoryEntry[]
	/** The visit the pointer stands on; null before the first gameplay message. */
	current: { seq: number; nodeId: string } | null
	/** The deepest layer visited and the IGT of the first visit there; null before the first visit. */
	reached: { layer: number; igtMs: number } | null
	/** The gate flags that came, each as `asRecorded` names it (P14). */
	recordedFlags: ReadonlySet<number | string>
	/** Flags of no gate that were logged already (P19). */
	unknownFlags: ReadonlySet<number>
	/** How many facts the journal holds: the number of the next one. */
	factCount: number
	/** The highest `seq` dealt with of a client with `ack`; 0 before (P40). */
	ackSeq: number
	/** What the present connection is known for; null while no mod is connected. */
	connection: Connection | null
	/** Flags that wait until it is clear whether they were passed just now (P18). */
	hold: Hold | null
}

export type Connection = {
	/** True once its first gate flag was judged; false again after a jump of the IGT (P18). */
	trusted: boolean
	/** The last IGT of a status and when it came: what a jump is measured from. */
	lastIgt: { igtMs: number; atMs: number } | null
	/** Recorded flags that came again and are not answered yet (P14). */
	resent: Flurry | null
	/** It showed an old save; over with the next flag accepted or fall of the IGT (P18). */
	oldSave: boolean
	/** The IGT of its flags, by which more of them are known. */
	oldSaveIgtMs: number | null
}

/** Flags in quick succession: over 250 ms after the last one, or 3 s after the first. */
export type Flurry = { firstMs: number; lastMs: number }

type Hold = Flurry & {
	/** The held flags and what came after them, in order. */
	waiting: readonly GameplayEvent[]
}

/** `atMs` is the server's clock when the message came in (ms since 1970). */
export type RunEvent =
	| GameplayEvent
	| { type: 'connect'; atMs: number }
	| { type: 'disconnect'; atMs: number }
	| { type: 'abandon'; atMs: number }
	/** The time asked for by `wakeAtMs` has come. */
	| { type: 'wake'; atMs: number }

/** What a mod sends during play. `seq` only of a client that asked for `ack` (P40). */
export type GameplayEvent = { atMs: number } & (
	| { type: 'status_update'; igtMs: number; deaths: number; seq?: number | undefined }
	| { type: 'event_flag'; flagId: number; igtMs: number; seq?: number | undefined }
	| { type: 'zone_query'; mapId?: string | undefined; graceEntityId?: number | undefined }
	| { type: 'finished'; igtMs: number }
	/** A frame that was refused before it got here, with a readable `seq` (P40). */
	| { type: 'refused'; seq: number }
)

/** One accepted fact, as `run_events` keeps it. */
export type Fact = {
	/** Its place in this session's journal, from 0: a commit tried twice stores it once. */
	number: number
	kind:
		'start' | 'flag' | 'late_flag' | 'move' | 'finish' | 'abandon' | 'igt_fell' | 'deaths_fell' | 'old_save'
	atMs: number
	/** As reported; null where the kind has none. Flag and IGT together are unique in a session. */
	flagId: number | null
	igtMs: number | null
	nodeId: string | null
	detail: Record<string, number | string> | null
}

/** What is to be said, in order, and shown as of the step's `run`. */
export type Tell =
	| { to: 'mod'; type: 'zone_update'; nodeId: string }
	/** The `zone_update` that asks for a new character (P18); its `error` is a tell of its own. */
	| { to: 'mod'; type: 'old_save'; nodeId: string }
	| { to: 'mod'; type: 'error'; message: string }
	/** Sent when all stored so far is committed, also where `store` is `soon` (P40). */
	| { to: 'mod'; type: 'ack'; seq: number }
	| { to: 'mod'; type: 'leaderboard_update' }
	| { to: 'spectators'; type: 'leaderboard_update'; visitsChanged: boolean }
	/** New IGT or deaths only: paced by P52. A death changes the visits. */
	| { to: 'spectators'; type: 'figures'; visitsChanged: boolean }
	| { to: 'mod' | 'spectators'; type: 'race_status_change' }
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
