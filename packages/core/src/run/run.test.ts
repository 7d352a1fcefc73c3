import { describe, expect, test } from 'vitest'
import { diamond } from '../graph/testing.ts'
import { fromMessage } from './events.ts'
import { restore } from './run.ts'
import { inWords, play } from './testing.ts'

const { graph, flag, finishFlag } = diamond()
const toAbbey = flag('quay', 'abbey')
const abbeyToShaft = flag('abbey', 'shaft')
const underWay = () => play(graph).connect().status(1_000).pass(toAbbey, 60_000).hush()

describe('connections', () => {
	test('[P52] coming and going is told to spectators at once', () => {
		const script = play(graph).connect()
		expect(inWords(script.tells)).toEqual(['spectators leaderboard_update'])
		expect(inWords(script.hush().disconnect().tells)).toEqual(['spectators leaderboard_update'])
	})

	test('[P21] a reconnect finds the run as it was', () => {
		const { visits, history, current, reached, igtMs, deaths } = underWay().status(70_000, 3).run
		const { run } = underWay().status(70_000, 3).reconnect()
		expect(run).toMatchObject({ visits, history, current, reached, igtMs, deaths })
	})

	test('[P21] so does a server that was restarted', () => {
		const { run, facts } = underWay()
			.flag(abbeyToShaft, 90_000)
			.status(95_000, 2)
			.status(80_000, 1)
			.disconnect()
		const recordedFlags = facts
			.filter(({ kind }) => kind === 'flag' || kind === 'late_flag')
			.map(({ flagId, igtMs }) => ({ flagId: flagId as number, igtMs: igtMs as number }))
		const visits = run.visits.toReversed()
		expect(restore(graph, { ...run, visits, recordedFlags, currentSeq: run.current!.seq })).toEqual(run)
	})

	test('[P10] a restored session that nobody played begins at the start', () => {
		const stored = restore(graph, { ...play(graph).run, currentSeq: null, recordedFlags: [] })
		expect(stored).toEqual(play(graph).run)
		expect(play(graph, { run: stored }).connect().status(5).run.current?.nodeId).toBe('quay')
	})
})

describe('abandon', () => {
	test('[P24] is told as a change of status and a last update', () => {
		const script = underWay().abandon()
		expect(script.run).toMatchObject({ status: 'abandoned', igtMs: 60_000 })
		expect(inWords(script.tells)).toEqual([
			'mod race_status_change',
			'spectators race_status_change',
			'mod leaderboard_update',
			'spectators leaderboard_update',
		])
		expect(script.steps.at(-1)).toMatchObject({ store: 'now', facts: [{ kind: 'abandon', igtMs: 60_000 }] })
	})

	test('[P23] of a run that has ended changes nothing', () => {
		const script = underWay().flag(finishFlag, 90_000).hush().abandon()
		expect(script.run.status).toBe('finished')
		expect(script.steps.at(-1)).toMatchObject({ tells: [], facts: [], store: 'none' })
		expect(underWay().abandon().hush().abandon().tells).toEqual([])
	})

	test('[P24] of a session that nobody played leaves it without a zone', () => {
		expect(play(graph).abandon().run).toMatchObject({ status: 'abandoned', current: null, history: [] })
	})
})

describe('numbered messages', () => {
	test('[P40] are acknowledged once applied, and the number is part of the run', () => {
		const script = underWay().flag(abbeyToShaft, 90_000, 7)
		expect(script.run.ackSeq).toBe(7)
		expect(inWords(script.tells).at(-1)).toBe('mod ack 7')
		expect(inWords(script.hush().status(91_000, 0, 8).tells)).toEqual(['spectators figures', 'mod ack 8'])
	})

	test('[P40] that come again change nothing and are acknowledged', () => {
		const script = underWay().status(70_000, 1, 7).status(75_000, 2, 8).hush()
		const { run } = script
		script.send({ type: 'status_update', igtMs: 70_000, deaths: 1, seq: 7 })
		expect(script.run).toBe(run)
		expect(inWords(script.tells)).toEqual(['mod ack 8'])
		expect(script.steps.at(-1)?.store).toBe('none')
	})

	test('[P40] that come again after a reconnect are not held up', () => {
		const script = underWay().flag(abbeyToShaft, 90_000, 7).reconnect().hush().flag(abbeyToShaft, 90_000, 7)
		expect(inWords(script.tells)).toEqual(['mod ack 7'])
	})

	test('[P40] that wait are acknowledged when they are decided', () => {
		const script = play(graph).connect().hush().flag(toAbbey, 5_000, 1).status(5_100, 0, 2).refused(3)
		expect(script.tells).toEqual([])
		expect(inWords(script.wait(250).tells).at(-1)).toBe('mod ack 3')
		expect(script.tells.filter((tell) => tell.type === 'ack')).toHaveLength(1)
	})

	test('[P40] that wait twice are applied once', () => {
		const script = play(graph).connect().flag(toAbbey, 5_000, 1).status(5_100, 3, 2).flag(toAbbey, 5_000, 1)
		expect(script.wait(250).run).toMatchObject({ deaths: 3, ackSeq: 2 })
		expect(script.run.visits).toHaveLength(2)
	})

	test('[P40] a gate that the client sent before a held finish is not lost by their order', () => {
		const script = play(graph).connect().flag(finishFlag, 90_000, 1).flag(toAbbey, 60_000, 2).wait(250)
		expect(script.run).toMatchObject({ status: 'finished', igtMs: 90_000, ackSeq: 2 })
		expect(script.run.history).toHaveLength(2)
	})

	test.each([
		['an unknown flag', () => underWay().flag(4_000_000_000, 70_000, 7)],
		['a re-sent flag', () => underWay().flag(toAbbey, 60_000, 7)],
		['a bad frame', () => underWay().refused(7)],
		['a message after the end', () => underWay().abandon().status(99_000, 5, 7)],
		[
			'a gate overtaken by the finish',
			() => underWay().flag(finishFlag, 99_000).flag(abbeyToShaft, 70_000, 7),
		],
	])('[P40] an outbox drains: %s is acknowledged', (_, send) => {
		const script = send()
		expect(inWords(script.tells).at(-1)).toBe('mod ack 7')
		expect(script.run.ackSeq).toBe(7)
		expect(script.steps.at(-1)?.store).not.toBe('none')
	})

	test('[P40] an old save is refused and acknowledged', () => {
		const script = play(graph).connect().status(1_000).hush()
		script.send({ type: 'event_flag', flagId: toAbbey, igtMs: 900_000, seq: 1 })
		script.send({ type: 'event_flag', flagId: abbeyToShaft, igtMs: 900_000, seq: 2 }).wait(250)
		expect(script.run.history).toHaveLength(1)
		expect(inWords(script.tells).at(-1)).toBe('mod ack 2')
	})

	test('[P40] a rest of an old burst is judged with what was answered before', () => {
		const script = play(graph).connect().status(1_000)
		const send = (flagId: number, seq: number) =>
			script.send({ type: 'event_flag', flagId, igtMs: 900_000, seq })
		send(toAbbey, 1)
		send(abbeyToShaft, 2).reconnect().hush()
		send(flag('shaft', 'crown'), 3)
		send(abbeyToShaft, 2).wait(250)
		expect(script.run.history).toHaveLength(1)
		expect(script.run.recordedFlags.size).toBe(0)
	})

	test('[P40] a refused burst that comes again is not recorded by what comes with it', () => {
		const script = play(graph).connect().status(1_000)
		const send = (flagId: number, seq: number) =>
			script.send({ type: 'event_flag', flagId, igtMs: 900_000, seq })
		send(toAbbey, 1)
		send(abbeyToShaft, 2).reconnect().jumpTo(900_000)
		send(flag('shaft', 'crown'), 3)
		send(toAbbey, 1)
		send(abbeyToShaft, 2).wait(250)
		expect(script.run.history.map((entry) => entry.nodeId)).toEqual(['quay', 'crown'])
	})

	test('[P40] are numbers only from a client that asked for ack', () => {
		const message = { type: 'event_flag', flag_id: 5, igt_ms: 6, seq: 7 } as const
		const event = { type: 'event_flag', flagId: 5, igtMs: 6, atMs: 1 }
		expect(fromMessage(message, { atMs: 1, ack: true })).toEqual({ ...event, seq: 7 })
		expect(fromMessage(message, { atMs: 1, ack: false })).toEqual(event)
	})
})

test('every message but ready and pong is an event of the run', () => {
	const at = { atMs: 1, ack: true }
	expect(fromMessage({ type: 'status_update', igt_ms: 5, death_count: 6 }, at)).toEqual({
		type: 'status_update',
		atMs: 1,
		igtMs: 5,
		deaths: 6,
	})
	expect(fromMessage({ type: 'status_update', igt_ms: 5, death_count: 6, seq: 1 }, at)).toMatchObject({
		seq: 1,
	})
	expect(fromMessage({ type: 'zone_query', map_id: 'm10_00_00_00' }, at)).toMatchObject({
		mapId: 'm10_00_00_00',
	})
	expect(fromMessage({ type: 'finished', igt_ms: 5 }, at)).toEqual({ type: 'finished', atMs: 1, igtMs: 5 })
	expect(fromMessage({ type: 'ready' }, at)).toBe(null)
	expect(fromMessage({ type: 'pong' }, at)).toBe(null)
})
