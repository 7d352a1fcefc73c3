import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import type { SessionStatus } from '@speedfog/core/protocol/shapes'
import { restore } from '@speedfog/core/run/run'
import type { Run, Visit } from '@speedfog/core/run/run-state'

/** What spectators are told. */
export type Told = 'leaderboard_update' | 'figures' | 'race_status_change'

/** What the holder of a session says when it is asked for it, or has abandoned it. */
export type Answer = 'alive' | 'free' | 'abandoned' | 'not_active'

/** What servers say to each other; `from` is who says it. */
export type RelayMessage =
	/** Is your mod there? Answered by `answer` of the same number; `leaving` asks for a little patience. */
	| { type: 'ask'; from: string; number: number; session: string }
	| { type: 'answer'; number: number; answer: Answer | 'leaving' }
	/** Abandon this, with all that you know of it. Answered like `ask`, by `free` where it could not be done. */
	| { type: 'abandon'; from: string; number: number; session: string }
	/** We watch these: what we know of each. Repeated, so that nothing lost stays lost. */
	| { type: 'watching'; from: string; sessions: { session: string; known: Known | null }[] }
	| { type: 'unwatching'; from: string; session: string }
	/** How it stands with a session that you watch: the step after `after`, or (null) the whole. */
	| { type: 'news'; session: string; at: Known; after: number | null; told: Told | null; picture: Picture }
	/** We do not have a session that you watch (any more). */
	| { type: 'gone'; session: string; from: string }
	/** To all: we have this session now. */
	| { type: 'claimed'; session: string; from: string; fence: number }
	/** To all: this session was changed in the database. */
	| { type: 'changed'; session: string }
	/** To all: who came by the token of this hash (hex) is to go. */
	| { type: 'token_ended'; hash: string }
	/** To all: this user was erased, and his sessions with him. */
	| { type: 'user_gone'; user: string }
	/** To all: what we said to all may have got lost. */
	| { type: 'unheard' }

/** A moment in the life of a session: with whom it was, and which of its pictures. */
export type Known = { fence: number; version: number }

/** A run as spectators see it. `visits` only where they changed. */
export type Picture = {
	status: SessionStatus
	finishedAtMs: number | null
	igtMs: number
	deaths: number
	currentSeq: number | null
	oldSave: boolean
	modConnected: boolean
	modChangedAtMs: number | null
	visits?: readonly Visit[]
}

export type Seen = { run: Run; modConnected: boolean; modChangedAtMs: number | null }

export function pictureOf({ run, modConnected, modChangedAtMs }: Seen, withVisits: boolean): Picture {
	const { status, finishedAtMs, igtMs, deaths, current, connection, visits } = run
	return {
		status,
		finishedAtMs,
		igtMs,
		deaths,
		currentSeq: current?.seq ?? null,
		oldSave: connection?.oldSave ?? false,
		modConnected,
		modChangedAtMs,
		...(withVisits ? { visits } : {}),
	}
}

/** The run that a picture shows, for one who knew `run` before. */
export function runOf(graph: SeedGraph, run: Run, picture: Picture): Run {
	const { status, finishedAtMs, igtMs, deaths, currentSeq, oldSave, visits } = picture
	const figures = { status, finishedAtMs, igtMs, deaths }
	const connection = oldSave
		? { trusted: false, lastIgt: null, resent: null, oldSave, oldSaveIgtMs: null }
		: null
	if (!visits && (run.current?.seq ?? null) === currentSeq) return { ...run, ...figures, connection }
	const { simulated, createdAtMs, deathsHighest, era, factCount, ackSeq } = run
	const kept = { simulated, createdAtMs, deathsHighest, era, factCount, ackSeq }
	const whole = { ...kept, ...figures, currentSeq, visits: visits ?? run.visits, recordedFlags: [] }
	return { ...restore(graph, whole), connection }
}
