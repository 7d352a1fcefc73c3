import type { Reading } from '../../snapshot.ts'
import { see, start, type Memory, type Report, type Tracker } from '../tracker.ts'

export const GATE = 1_050_294_000
export const OTHER_GATE = 1_050_294_001
export const THIRD_GATE = 1_050_294_002
export const FINISH = 1_050_294_009

export const memory = (differs: Partial<Memory> = {}): Memory => ({
	watch: { flags: [GATE, OTHER_GATE, THIRD_GATE, FINISH], finishFlag: FINISH },
	reported: new Set(),
	character: null,
	startedAtMs: 0,
	knownIgtMs: 0,
	...differs,
})

/** Flags as a snapshot has them: those named are set, all others clear. */
export function flags(...set: number[]): ReadonlyMap<number, boolean> {
	return new Map(memory().watch.flags.map((flag) => [flag, set.includes(flag)]))
}

export type Played = { tracker: Tracker; reports: Report[]; atMs: number }

/** Shows readings to a tracker, one each tenth of a second. */
export function play(from: Tracker | Played, ...readings: Reading[]): Played {
	let { tracker, atMs }: Played = 'tracker' in from ? from : { tracker: from, reports: [], atMs: 1_000_000 }
	const reports: Report[] = []
	for (const reading of readings) {
		atMs += 100
		const seen = see(tracker, reading, atMs)
		tracker = seen.tracker
		reports.push(...seen.reports)
	}
	return { tracker, reports, atMs }
}

export const times = (count: number, reading: Reading): Reading[] => Array(count).fill(reading)

/** A tracker that has seen a character in the world for a while, without flags. */
export function playing(readings: Reading[], known: Partial<Memory> = {}): Played {
	return { ...play(start(memory(known)), ...readings), reports: [] }
}

export const types = (reports: readonly Report[]) => reports.map((report) => report.type)
export const ofType = <T extends Report['type']>(reports: readonly Report[], type: T) =>
	reports.filter((report): report is Extract<Report, { type: T }> => report.type === type)
