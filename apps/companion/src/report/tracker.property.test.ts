import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../snapshot.ts'
import { FINISH, memory, play } from './testing/play.ts'
import { away, world } from './testing/snapshots.ts'
import { sceneOf } from './scene.ts'
import { start, type Report } from './tracker.ts'

const watched = memory().watch.flags
const flag = fc.constantFrom(...watched)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 8 })

/** Any row of things to see, torn reads and all. */
const reading: fc.Arbitrary<Reading> = fc.oneof(
	{ arbitrary: fc.constant(away), weight: 1 },
	{
		arbitrary: fc
			.record({
				igtMs: maybe(fc.nat(3_000_000)),
				deaths: maybe(fc.nat(20)),
				screen: fc.constantFrom('in_game', 'in_game', 'in_game', 'loading', 'title', null),
				playerPresent: fc.constantFrom(true, true, true, false, null),
				character: maybe(
					fc.record({
						name: fc.constantFrom('A', 'A', 'A', 'B'),
						slot: maybe(fc.constant(0)),
						newGamePlus: fc.nat(1),
					}),
				),
				mapId: maybe(fc.constantFrom('m10_00_00_00', 'm31_01_00_00')),
				flags: fc.dictionary(flag.map(String), fc.boolean()).map(toFlags),
			})
			.map(world),
		weight: 12,
	},
)
const readings = fc
	.array(fc.tuple(reading, fc.integer({ min: 1, max: 4 })), { maxLength: 60 })
	.map((rows) => rows.flatMap(([one, count]) => Array<Reading>(count).fill(one)))

function toFlags(dictionary: Record<string, boolean>): ReadonlyMap<number, boolean> {
	return new Map(Object.entries(dictionary).map(([id, isSet]) => [Number(id), isSet]))
}

const isFlag = (report: Report) => report.type === 'event_flag' || report.type === 'hold'

describe('a tracker, whatever it is shown', () => {
	it('[C2] reports a flag at most once, and only one it saw set in the world', () => {
		fc.assert(
			fc.property(readings, (shown) => {
				const { reports } = play(start(memory()), ...shown)
				const told = withoutForgotten(reports)
				expect(new Set(told).size).toBe(told.length)
				for (const id of told) expect(shown.some((one) => isSetInWorld(one, id))).toBe(true)
			}),
		)
	})

	it('[C2] reports no flag again after any restart', () => {
		fc.assert(
			fc.property(readings, readings, (before, after) => {
				const first = play(start(memory()), ...before)
				const reported = new Set(withoutForgotten(first.reports))
				const second = play(start({ ...first.tracker.memory, reported }), ...after)
				for (const id of withoutForgotten(second.reports)) expect(reported.has(id)).toBe(false)
			}),
		)
	})

	it('[C4] lets every held gate go before the finish and at the latest at the next arrival', () => {
		fc.assert(
			fc.property(readings, (shown) => {
				let held = 0
				for (const report of play(start(memory()), ...shown).reports) {
					if (report.type === 'hold') held++
					if (report.type === 'release') held = 0
					if (report.type === 'zone_query') expect(held).toBe(0)
					if (report.type === 'event_flag' && report.flagId === FINISH) expect(held).toBe(0)
				}
			}),
		)
	})

	it('[C6] never tells figures twice within a second, but for news', () => {
		fc.assert(
			fc.property(readings, (shown) => {
				let from = play(start(memory()))
				let lastMs = -Infinity
				for (const one of shown) {
					from = play(from, one)
					const statuses = from.reports.filter((report) => report.type === 'status_update')
					const isNews = from.reports.some((report) => report.type !== 'status_update')
					if (statuses.length > 0 && !isNews) expect(from.atMs - lastMs).toBeGreaterThanOrEqual(1_000)
					if (statuses.length > 0) lastMs = from.atMs
				}
			}),
		)
	})

	it('[C10] is silent after the finish', () => {
		fc.assert(
			fc.property(readings, (shown) => {
				const { reports } = play(start(memory()), ...shown)
				const finish = reports.findIndex(
					(report) => isFlag(report) && 'flagId' in report && report.flagId === FINISH,
				)
				if (finish >= 0 && !reports.some(({ type }) => type === 'forget'))
					expect(finish).toBe(reports.length - 1)
			}),
		)
	})
})

/** Flags told for good: those of a wrong save are told only for the server to judge. */
function withoutForgotten(reports: readonly Report[]): number[] {
	const told: number[] = []
	for (const report of reports) {
		if (report.type === 'event_flag' || report.type === 'hold') told.push(report.flagId)
		if (report.type === 'forget') for (const id of report.flags) told.splice(told.lastIndexOf(id), 1)
	}
	return told
}

function isSetInWorld(one: Reading, id: number): boolean {
	return sceneOf(one) === 'world' && one.state === 'read' && one.snapshot.flags.get(id) === true
}
