import { describe, expect, test } from 'vitest'
import { diamond } from '../graph/testing.ts'
import { inWords, play } from './testing.ts'

const { graph, flag, finishFlag } = diamond()
const toGrotto = flag('quay', 'grotto')
const toAbbey = flag('quay', 'abbey')
const grottoToShaft = flag('grotto', 'shaft')
const abbeyToShaft = flag('abbey', 'shaft')
const toCrown = flag('shaft', 'crown')

/** A run whose connection is past its first flag: the next ones are decided at once. */
const underWay = () => play(graph).connect().status(1_000).pass(toAbbey, 60_000).hush()
const nodes = (list: readonly { nodeId: string; igtMs: number }[]) =>
	list.map(({ nodeId, igtMs }) => [nodeId, igtMs])

describe('a gate to a new zone', () => {
	test('[P12] enters history and moves the pointer', () => {
		const { run, facts } = underWay().flag(abbeyToShaft, 120_000)
		expect(run.history).toMatchObject([
			{ nodeId: 'quay' },
			{ nodeId: 'abbey' },
			{ nodeId: 'shaft', igtMs: 120_000 },
		])
		expect(run.current?.nodeId).toBe('shaft')
		expect(run.igtMs).toBe(120_000)
		expect(facts.at(-1)).toMatchObject({
			kind: 'flag',
			flagId: abbeyToShaft,
			igtMs: 120_000,
			nodeId: 'shaft',
		})
	})

	test('[P12] is told to spectators and mod, then the mod gets its zone, all after the commit', () => {
		const script = underWay().flag(abbeyToShaft, 120_000)
		expect(inWords(script.tells)).toEqual([
			'spectators leaderboard_update with visits',
			'mod leaderboard_update',
			'mod zone_update shaft',
		])
		expect(script.steps.at(-1)).toMatchObject({
			store: 'now',
			visits: [
				{ seq: 2, nodeId: 'shaft', fromNodeId: 'abbey', flagId: abbeyToShaft, igtMs: 120_000, deaths: 0 },
			],
		})
	})

	test('[P12] raises the clock of the session, never lowers it', () => {
		expect(underWay().status(150_000).flag(abbeyToShaft, 120_000).run.igtMs).toBe(150_000)
	})

	test('[P12] told late takes its place in order, and the pointer stays', () => {
		const script = underWay().flag(toCrown, 200_000).hush().flag(abbeyToShaft, 120_000)
		expect(nodes(script.run.history)).toEqual([
			['quay', 0],
			['abbey', 60_000],
			['shaft', 120_000],
			['crown', 200_000],
		])
		expect(script.run.current?.nodeId).toBe('crown')
		expect(script.facts.at(-1)).toMatchObject({ kind: 'late_flag', nodeId: 'shaft' })
		expect(inWords(script.tells)).toEqual([
			'spectators leaderboard_update with visits',
			'mod leaderboard_update',
			'mod zone_update crown',
		])
	})

	test('[P12] told late lies between the zones that it joins', () => {
		const { run, steps } = underWay().flag(toCrown, 200_000).flag(abbeyToShaft, 120_000)
		expect(run.visits.map(({ seq, nodeId, fromNodeId }) => [seq, nodeId, fromNodeId])).toEqual([
			[0, 'quay', null],
			[1, 'abbey', 'quay'],
			[3, 'shaft', 'abbey'],
			[2, 'crown', 'shaft'],
		])
		expect(steps.at(-1)?.visits.map((visit) => visit.nodeId)).toEqual(['shaft', 'crown'])
	})

	test('[P12] with a lower clock after a reported fall is no late one', () => {
		const { run } = underWay().status(30_000).flag(toGrotto, 40_000).wait(250)
		expect(run.current?.nodeId).toBe('grotto')
		expect(nodes(run.history)).toEqual([
			['quay', 0],
			['grotto', 40_000],
			['abbey', 60_000],
		])
	})

	test('[P12] the layer entry is the first visit on the deepest layer', () => {
		const { run } = underWay().flag(abbeyToShaft, 120_000).flag(grottoToShaft, 180_000)
		expect(run.reached).toEqual({ layer: 2, igtMs: 120_000 })
		expect(underWay().flag(toGrotto, 90_000).run.reached).toEqual({ layer: 1, igtMs: 60_000 })
	})
})

describe('a gate to a known zone', () => {
	test('[P13] is a new visit and moves the pointer, the first entry stays', () => {
		const script = underWay().flag(abbeyToShaft, 120_000).flag(toGrotto, 150_000).hush()
		const { run, tells } = script.flag(grottoToShaft, 180_000)
		expect(run.history.find((entry) => entry.nodeId === 'shaft')).toMatchObject({ igtMs: 120_000 })
		expect(run.visits.at(-1)).toMatchObject({ nodeId: 'shaft', fromNodeId: 'grotto', flagId: grottoToShaft })
		expect(run.current).toEqual({ seq: 4, nodeId: 'shaft' })
		expect(inWords(tells)).toEqual(['spectators leaderboard_update with visits', 'mod zone_update shaft'])
	})

	test('[P13] deaths there go to the new visit and add up in the history', () => {
		const script = underWay().flag(abbeyToShaft, 120_000).status(121_000, 2).flag(toGrotto, 150_000)
		const { run } = script.flag(grottoToShaft, 180_000).status(181_000, 5)
		expect(run.visits.map((visit) => visit.deaths)).toEqual([0, 0, 2, 0, 3])
		expect(run.history.find((entry) => entry.nodeId === 'shaft')?.deaths).toBe(5)
	})

	test('[P13] a second flag of one and the same crossing is kept, but is no second visit', () => {
		const script = underWay().flag(abbeyToShaft, 120_000).hush().flag(grottoToShaft, 120_000)
		expect(script.run.visits).toHaveLength(3)
		expect(script.facts.at(-1)).toMatchObject({ kind: 'flag', flagId: grottoToShaft })
		expect(inWords(script.tells)).toContain('mod zone_update shaft')
	})

	test('[P13] told late it shows that the zone was entered before', () => {
		const { run } = underWay().flag(abbeyToShaft, 120_000).flag(grottoToShaft, 100_000)
		expect(nodes(run.history).at(-1)).toEqual(['shaft', 100_000])
		expect(run.current).toEqual({ seq: 2, nodeId: 'shaft' })
	})

	test('a client that makes up moves is stopped before it fills the disk', () => {
		const temporary = diamond({ flags: 'temporary' })
		const gate = temporary.flag('quay', 'abbey')
		const start = play(temporary.graph).connect().pass(gate, 1_000).run
		const visits = Array.from({ length: 5_000 }, (_, seq) => ({ ...start.visits[1]!, seq }))
		const script = play(temporary.graph, { run: { ...start, visits } }).flag(gate, 9_000)
		expect(inWords(script.tells)).toEqual(['mod error This run has too many visits'])
		expect(script.run.visits).toHaveLength(5_000)
		const finished = script.flag(temporary.finishFlag, 10_000).hush().flag(gate, 9_500)
		expect(finished.run).toMatchObject({ status: 'finished', visits: { length: 5_000 } })
		expect(inWords(finished.tells)).toEqual(['mod error This run has too many visits'])
	})
})

describe('a flag that comes again', () => {
	test('[P14] with the same clock changes nothing and is answered with the present zone', () => {
		const before = underWay().flag(abbeyToShaft, 120_000)
		const { history, visits, igtMs, current } = before.run
		const script = before.hush().flag(toAbbey, 60_000).wait(250)
		expect(script.run).toMatchObject({ history, visits, igtMs, current })
		expect(inWords(script.tells)).toEqual(['mod zone_update shaft'])
		expect(script.steps.at(-1)?.store).toBe('none')
	})

	test('[P14] a burst of them gets one answer', () => {
		const script = underWay().flag(abbeyToShaft, 120_000).hush()
		script
			.flag(toAbbey, 60_000)
			.wait(40)
			.flag(abbeyToShaft, 120_000)
			.wait(40)
			.flag(toAbbey, 60_000)
			.wait(1_000)
		expect(inWords(script.tells)).toEqual(['mod zone_update shaft'])
	})

	test('[P14] a stream of them is answered every three seconds, and another answer is theirs too', () => {
		const script = underWay()
		for (let i = 0; i < 20; i++) script.flag(toAbbey, 60_000).wait(200)
		expect(inWords(script.tells)).toEqual(['mod zone_update abbey'])
		expect(inWords(script.hush().flag(toGrotto, 64_100).wait(1_000).tells)).toEqual([
			'spectators leaderboard_update with visits',
			'mod leaderboard_update',
			'mod zone_update grotto',
		])
	})

	test('[P14] does not hold up what comes behind it', () => {
		const script = underWay().flag(toAbbey, 60_000).status(70_000, 1)
		expect(script.run).toMatchObject({ igtMs: 70_000, deaths: 1 })
	})

	test('[P14] is answered though figures follow it', () => {
		const script = underWay().hush().flag(toAbbey, 60_000).status(60_100).wait(250)
		expect(inWords(script.tells)).toContain('mod zone_update abbey')
	})

	test('[P14] of the kind that saves keep it is a re-send whatever its clock', () => {
		const script = underWay().flag(abbeyToShaft, 120_000).flag(toAbbey, 150_000)
		expect(script.run.visits).toHaveLength(3)
		expect(script.run).toMatchObject({ igtMs: 120_000, current: { nodeId: 'shaft' } })
	})

	test('[P14] of the temporary kind with another clock it was passed again', () => {
		const old = diamond({ flags: 'temporary' })
		const gate = old.flag('quay', 'abbey')
		const script = play(old.graph).connect().pass(gate, 60_000).pass(old.flag('abbey', 'shaft'), 120_000)
		expect(script.flag(gate, 60_000).run.visits).toHaveLength(3)
		const { run } = script.flag(gate, 150_000)
		expect(run.visits.at(-1)).toMatchObject({ nodeId: 'abbey', fromNodeId: 'shaft', igtMs: 150_000 })
		expect(script.flag(gate, 60_000).flag(gate, 150_000).run.visits).toHaveLength(4)
	})

	test('[P14] is known again after the server was restarted', async () => {
		const { restore } = await import('./run.ts')
		const { run, facts } = underWay().flag(abbeyToShaft, 120_000)
		const recordedFlags = facts.flatMap(({ flagId, igtMs }) =>
			flagId === null ? [] : [{ flagId, igtMs: igtMs as number }],
		)
		const stored = restore(graph, { ...run, currentSeq: run.current!.seq, recordedFlags })
		expect(play(graph, { run: stored }).connect().pass(toAbbey, 60_000).run.visits).toEqual(run.visits)
	})
})

describe('a clock that could not be read', () => {
	test('[P15] a flag with IGT 0 counts at the last known IGT', () => {
		const { run, facts } = underWay().status(90_000).flag(abbeyToShaft, 0)
		expect(run.visits.at(-1)).toMatchObject({ nodeId: 'shaft', igtMs: 90_000 })
		expect(run.igtMs).toBe(90_000)
		expect(facts.at(-1)).toMatchObject({ flagId: abbeyToShaft, igtMs: 0 })
	})

	test('[P15] the same flag with IGT 0 again is a re-send, though the clock went on', () => {
		const old = diamond({ flags: 'temporary' })
		const gate = old.flag('quay', 'abbey')
		const script = play(old.graph).connect().status(5_000).pass(gate, 0).status(90_000).pass(gate, 0)
		expect(script.run.visits).toHaveLength(2)
	})

	test('[P15] a finish with IGT 0 is frozen at the last known IGT', () => {
		expect(underWay().status(90_000).flag(finishFlag, 0).run).toMatchObject({
			status: 'finished',
			igtMs: 90_000,
		})
	})
})

describe('the finish', () => {
	test.each([
		['the finish flag', () => underWay().flag(finishFlag, 300_000)],
		['a finished message', () => underWay().finished(300_000)],
	])('[P16] %s ends the run and freezes its time', (_, finish) => {
		const { run, facts, atMs } = finish()
		expect(run).toMatchObject({ status: 'finished', igtMs: 300_000, finishedAtMs: atMs })
		expect(run.current?.nodeId).toBe('abbey')
		expect(run.history).toHaveLength(2)
		expect(facts.at(-1)).toMatchObject({ kind: 'finish', igtMs: 300_000 })
	})

	test('[P16] is told as an update and then as a change of status, after the commit', () => {
		const script = underWay().flag(finishFlag, 300_000)
		expect(inWords(script.tells)).toEqual([
			'spectators leaderboard_update',
			'mod leaderboard_update',
			'mod race_status_change',
			'spectators race_status_change',
		])
		expect(script.steps.at(-1)?.store).toBe('now')
	})

	test('[P16] its time counts, whatever was reported before', () => {
		expect(underWay().status(400_000).flag(finishFlag, 300_000).run.igtMs).toBe(300_000)
	})

	test('[P16] wins where the finish flag is a gate flag as well', () => {
		const both = diamond({
			patch: (json) => {
				json.event_map[String(json.finish_event)] = 'crown'
			},
		})
		const script = play(both.graph).connect().pass(toAbbey, 60_000).flag(finishFlag, 90_000)
		expect(script.run).toMatchObject({ status: 'finished', current: { nodeId: 'abbey' } })
	})
})

describe('after the end', () => {
	const finished = () => underWay().flag(finishFlag, 300_000).hush()

	test('[P17] a gate that the finish overtook is recorded and told to spectators alone', () => {
		const script = finished().flag(abbeyToShaft, 120_000)
		expect(nodes(script.run.history).at(-1)).toEqual(['shaft', 120_000])
		expect(script.run).toMatchObject({ status: 'finished', igtMs: 300_000, current: { nodeId: 'abbey' } })
		expect(inWords(script.tells)).toEqual(['spectators leaderboard_update with visits'])
		expect(script.steps.at(-1)?.store).toBe('now')
		expect(script.facts.at(-1)?.kind).toBe('late_flag')
	})

	test('[P17] such gates come in any order and lie in IGT order', () => {
		const { run } = finished().flag(toCrown, 300_000).flag(abbeyToShaft, 120_000)
		expect(run.history.map((entry) => entry.nodeId)).toEqual(['quay', 'abbey', 'shaft', 'crown'])
		expect(run.visits.map((visit) => visit.fromNodeId)).toEqual([null, 'quay', 'abbey', 'shaft'])
	})

	test.each([
		['a gate passed after it', () => finished().flag(abbeyToShaft, 300_001)],
		['a flag that is recorded', () => finished().flag(toAbbey, 60_000)],
		['an unknown flag', () => finished().flag(4_000_000_000, 100)],
		['the finish again', () => finished().flag(finishFlag, 300_000)],
		['a finished message', () => finished().finished(300_000)],
		['a status', () => finished().status(301_000, 9)],
		['a zone query', () => finished().query({ mapId: 'm90_00_00_00' })],
		['an abandoned run gets a gate', () => underWay().abandon().hush().flag(abbeyToShaft, 59_000)],
	])('[P17] refused: %s', (_, late) => {
		const script = late()
		expect(inWords(script.tells)).toEqual(['mod error Training session not active'])
		const step = script.steps.at(-1)
		expect(step).toMatchObject({ store: 'none', visits: [], facts: [] })
		expect(step?.run).toBe(script.steps.at(-2)?.run)
	})
})

describe('an unknown flag', () => {
	test('[P19] is ignored and logged once per session', () => {
		const script = underWay()
		const { visits, igtMs } = script.run
		script.flag(4_000_000_000, 70_000).reconnect().hush().flag(4_000_000_000, 71_000)
		expect(script.run).toMatchObject({ visits, igtMs })
		expect(script.tells).toEqual([])
		expect(script.steps.flatMap((step) => step.tells).filter((tell) => tell.to === 'log')).toEqual([
			{ to: 'log', type: 'unknown_flag', flagId: 4_000_000_000 },
		])
	})

	test('[P19] four billion of them take no memory', () => {
		const script = underWay()
		for (let id = 0; id < 150; id++) script.flag(id, 70_000)
		expect(script.run.unknownFlags.size).toBe(100)
	})
})
