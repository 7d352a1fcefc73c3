import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Game, Reading, Snapshot } from '../snapshot.ts'
import { readRecording, record, replay } from './recording.ts'

const snapshot: Snapshot = {
	igtMs: 1_000,
	deaths: 0,
	screen: 'in_game',
	playerPresent: true,
	character: { name: 'Ada', slot: null, newGamePlus: 0 },
	mapId: 'm60_44_36_00',
	position: [1.5, 2, -3],
	playRegionId: null,
	flags: new Map([
		[7, false],
		[8, true],
	]),
}
const read = (changes: Partial<Snapshot> = {}): Reading => ({
	state: 'read',
	snapshot: { ...snapshot, ...changes },
})
const waiting: Reading = { state: 'waiting', waitingFor: 'Elden Ring to be started' }

/** Plays the readings through a recorder. */
function recordAll(readings: readonly Reading[]): string {
	let text = ''
	const game = record(replay(readings), (line) => (text += `${line}\n`))
	for (const reading of readings) expect(game.read()).toBe(reading)
	return text
}

function readAll(text: string): readonly Reading[] {
	const recording = readRecording(text)
	if (!recording.ok) throw new Error(recording.problem)
	return recording.readings
}

describe('a recording', () => {
	it('holds each reading as it was', () => {
		const readings = [
			waiting,
			read(),
			read({ igtMs: 1_100 }),
			read({ igtMs: 1_200, flags: new Map([[7, true]]) }),
			read({ igtMs: null, character: null, position: null, screen: null, flags: new Map() }),
			waiting,
			read({ playRegionId: 6_100_000 }),
		]
		expect(readAll(recordAll(readings))).toEqual(readings)
	})

	it('holds any readings as they were', () => {
		const figure = fc.option(fc.nat())
		const some = fc.record({
			igtMs: figure,
			screen: fc.constantFrom('in_game' as const, 'loading' as const, 'title' as const, null),
			playerPresent: fc.option(fc.boolean()),
			mapId: fc.option(fc.string()),
			position: fc.option(
				fc.tuple(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constant(1), fc.constant(2)),
			),
			flags: fc.array(fc.tuple(fc.nat(9), fc.boolean())).map((flags) => new Map(flags)),
		})
		const reading = fc.oneof(
			{ arbitrary: some.map(read), weight: 4 },
			{ arbitrary: fc.constant(waiting), weight: 1 },
		)
		fc.assert(
			fc.property(fc.array(reading), (readings) => {
				expect(plain(readAll(recordAll(readings)))).toEqual(plain(readings))
			}),
		)
	})

	it('takes little room while little happens', () => {
		const readings = Array.from({ length: 10 }, (_, poll) => read({ igtMs: poll * 100 }))
		expect(recordAll(readings).split('\n').slice(1, 3)).toEqual(['{"igtMs":100}', '{"igtMs":200}'])
	})

	it('keeps flags the same map while none changes', () => {
		const [first, second] = readAll(recordAll([read(), read({ igtMs: 2_000 })]))
		expect(first!.state === 'read' && first!.snapshot.flags).toBe(
			second!.state === 'read' && second!.snapshot.flags,
		)
	})

	it('is read to where it was cut off', () => {
		const text = recordAll([read(), read({ igtMs: 1_100 })])
		expect(readAll(text.slice(0, -3))).toEqual([read()])
	})

	it.each([
		['no JSON', '{"igtMs":1}\nnonsense\n{}\n', 2],
		['another shape', '{"igtMs":"1"}\n', 1],
		['an unknown field', '{"igt":1}\n{}\n', 1],
	])('with %s is refused', (_, text, line) => {
		expect(readRecording(text)).toEqual({ ok: false, problem: `Line ${line} of the recording is none.` })
	})

	it('passes on what is asked of the game', () => {
		const asked: unknown[] = []
		const game: Game = {
			watch: (flags) => asked.push(flags),
			read: () => waiting,
			close: () => asked.push('close'),
		}
		const recorded = record(game, () => {})
		recorded.watch([1, 2])
		recorded.close()
		expect(asked).toEqual([[1, 2], 'close'])
	})
})

describe('a replay', () => {
	it('shows a reading at each poll and is over after the last', () => {
		const game = replay([waiting, read()])
		game.watch([7])
		expect([game.read(), game.read()]).toEqual([waiting, read()])
		expect(game.read()).toEqual({ state: 'waiting', waitingFor: 'nothing: the recording is over' })
	})

	it('is over when it is closed', () => {
		const game = replay([read(), read()])
		game.close()
		expect(game.read().state).toBe('waiting')
	})
})

/** JSON knows no negative zero, and the order of flags says nothing. */
function plain(readings: readonly Reading[]): unknown {
	return JSON.parse(
		JSON.stringify(readings, (_, value: unknown) =>
			value instanceof Map ? [...(value as Map<number, boolean>)].sort(([a], [b]) => a - b) : value,
		),
	)
}
