import { setTimeout as sleep } from 'node:timers/promises'
import { median, percentile } from '../machine/figures.ts'
import { cpuSeconds, familyCpuSeconds } from '../machine/processes.ts'
import type { Stage } from '../stage.ts'
import type { Counted, Pace, Rested, Roster } from './commands.ts'
import { Load } from './load.ts'

export type Target = {
	url: string
	pid: number
	/** The process whose family is its database. */
	databasePid?: number
}

export type Measured = {
	counted: Counted
	rested: Rested
	seconds: number
	/** The CPU time of the process alone. */
	cpuSeconds: number
	databaseCpuSeconds: number
	/** Of the process that makes the load: near 1 a second it is itself what is too slow. */
	loadCpuSeconds: number
	p50Ms: number
	p99Ms: number
}

export type Play = {
	sessions: Roster['sessions']
	gates: Roster['gates']
	spectatorsEach: number
	pace: Pace
	seconds: number
}

/** Code that was just compiled, and sockets that were just opened, are not what is measured. */
export const WARM_UP_MS = 10_000

/** The load that quality asks for: a status each second, give or take 20 ms, and a gate each half minute. */
export const usualPace: Pace = { statusEveryMs: 1_000, jitterMs: 20, gateEveryMs: 30_000 }

/** Plays for some seconds on a server that runs. */
export async function play(
	stage: Stage,
	target: Target,
	{ pace, seconds, ...roster }: Play,
): Promise<Measured> {
	const load = new Load(stage)
	await load.connect({ url: target.url, ...roster })
	await load.play(pace)
	await sleep(WARM_UP_MS)
	await load.count()
	const before = { ...cpuOf(target), load: cpuSeconds(load.pid) }
	const startedMs = performance.now()
	await sleep(seconds * 1_000)
	const after = { ...cpuOf(target), load: cpuSeconds(load.pid) }
	const took = (performance.now() - startedMs) / 1_000
	const counted = await load.count()
	const rested = await load.rest()
	await load.leave()
	return {
		counted,
		rested,
		seconds: took,
		cpuSeconds: after.own - before.own,
		databaseCpuSeconds: after.database - before.database,
		loadCpuSeconds: after.load - before.load,
		p50Ms: median(counted.latenciesMs),
		p99Ms: percentile(counted.latenciesMs, 0.99),
	}
}

/** What a person wants to know of a measurement, in a line. */
export function describe({
	counted,
	rested,
	seconds,
	cpuSeconds,
	databaseCpuSeconds,
	loadCpuSeconds,
	p50Ms,
	p99Ms,
}: Measured): string {
	const { updates, statuses, gates, held } = counted
	const { withoutFigures, withoutZones, closed } = rested
	const database = databaseCpuSeconds > 0 ? `, its database ${databaseCpuSeconds.toFixed(1)} s` : ''
	return [
		`${statuses} statuses and ${gates} gates in ${seconds.toFixed(0)} s, ${updates} updates delivered (${held} held)`,
		`CPU ${cpuSeconds.toFixed(1)} s${database}, the load ${loadCpuSeconds.toFixed(1)} s`,
		`p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`,
		`missing: figures ${withoutFigures}, zones ${withoutZones}; closed ${closed}`,
	].join('; ')
}

export function cpuPerUpdateUs({ cpuSeconds, counted }: Measured): number {
	return (cpuSeconds / counted.updates) * 1e6
}

/** Spectators that lack something, and connections that were lost. */
export function lost({ rested }: Measured): number {
	return rested.withoutFigures + rested.withoutZones + rested.closed
}

function cpuOf({ pid, databasePid }: Target): { own: number; database: number } {
	return {
		own: cpuSeconds(pid),
		database: databasePid === undefined ? 0 : familyCpuSeconds(databasePid),
	}
}
