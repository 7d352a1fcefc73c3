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
	// The one change that comes every second of every run: spelled out, it is several times cheaper than `set`.
	draft.run = {
		...draft.run,
		igtMs,
		deaths,
		deathsHighest: igtFell ? deaths : Math.max(deaths, run.deathsHighest),
		era: igtFell ? run.era + 1 : run.era,
		connection: watchClock(run, status, igtFell),
	}
	if (newDeaths > 0) charge(draft, newDeaths)
	if (igtMs === run.igtMs && deaths === run.deaths) return
	storeSoon(draft)
	if (draft.spectators === 'nothing') draft.spectators = 'figures'
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
	}
}

function isAhead(last: { igtMs: number; atMs: number } | null, igtMs: number, atMs: number): boolean {
	return last !== null && igtMs - last.igtMs > atMs - last.atMs + limits.clockSlackMs
}

/** P18: nobody has played longer than the session is old. */
export function isPossible(run: Run, igtMs: number, atMs: number): boolean {
	return run.simulated || igtMs <= atMs - run.createdAtMs + limits.clockSlackMs
}
