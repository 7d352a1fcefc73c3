import { limits } from '../protocol/limits.ts'
import { type Draft, newConnection, note, storeSoon } from './draft.ts'
import type { Connection, GameplayEvent, Run } from './run-state.ts'
import { begin, charge } from './visits.ts'

export type Status = Extract<GameplayEvent, { type: 'status_update' }>

/** P11: figures are kept as reported, whatever they were; only deaths that are new are charged. */
export function report(draft: Draft, status: Status) {
	begin(draft, status.atMs)
	const { run } = draft
	const { atMs, igtMs, deaths } = status
	const igtFell = igtMs < run.igtMs
	const newDeaths = Math.max(0, deaths - run.deathsHighest)
	if (igtFell) note(draft, { kind: 'igt_fell', atMs, igtMs, detail: { from: run.igtMs } })
	if (deaths < run.deaths)
		note(draft, { kind: 'deaths_fell', atMs, detail: { from: run.deaths, to: deaths } })
	draft.run = withFigures(draft.run, {
		igtMs,
		deaths,
		deathsHighest: igtFell ? deaths : Math.max(deaths, run.deathsHighest),
		era: igtFell ? run.era + 1 : run.era,
		connection: watchClock(run, status, igtFell),
	})
	if (newDeaths > 0) charge(draft, newDeaths)
	if (igtMs === run.igtMs && deaths === run.deaths) return
	storeSoon(draft)
	if (draft.spectators === 'nothing') draft.spectators = 'figures'
}

type Figures = Pick<Run, 'igtMs' | 'deaths' | 'deathsHighest' | 'era' | 'connection'>

/**
 * The one change that comes every second of every run. Written out, a copy costs a tenth of what it costs with
 * a spread, which looks up each field again.
 */
function withFigures(run: Run, { igtMs, deaths, deathsHighest, era, connection }: Figures): Run {
	return {
		status: run.status,
		simulated: run.simulated,
		createdAtMs: run.createdAtMs,
		finishedAtMs: run.finishedAtMs,
		igtMs,
		deaths,
		deathsHighest,
		era,
		visits: run.visits,
		history: run.history,
		current: run.current,
		reached: run.reached,
		recordedFlags: run.recordedFlags,
		unknownFlags: run.unknownFlags,
		factCount: run.factCount,
		ackSeq: run.ackSeq,
		connection,
		hold: run.hold,
	}
}

/** P18: after a jump of the clock the game may show another save, so the next flags are looked at closely. */
function watchClock(run: Run, { igtMs, atMs }: Status, igtFell: boolean): Connection {
	const connection = run.connection ?? newConnection
	const jumped = !run.simulated && isAhead(connection.lastIgt, igtMs, atMs)
	return {
		trusted: connection.trusted && !igtFell && !jumped,
		lastIgt: { igtMs, atMs },
		resent: connection.resent,
		oldSave: connection.oldSave && !igtFell,
		oldSaveIgtMs: connection.oldSaveIgtMs,
	}
}

function isAhead(last: { igtMs: number; atMs: number } | null, igtMs: number, atMs: number): boolean {
	return last !== null && igtMs - last.igtMs > atMs - last.atMs + limits.clockSlackMs
}

/** P18: nobody has played longer than the session is old. */
export function isPossible(run: Run, igtMs: number, atMs: number): boolean {
	return run.simulated || igtMs <= atMs - run.createdAtMs + limits.clockSlackMs
}
