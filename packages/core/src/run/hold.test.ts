import { describe, expect, test } from 'vitest'
import { buildGraph } from '../graph/testing.ts'
import { apply } from './run.ts'
import type { Run } from './run-state.ts'
import { inWords, play, type Play } from './testing.ts'

// Two ways that never meet before the crown: quay → abbey → cellar → crown, quay → grotto → lake → crown.
const { graph, flag, finishFlag } = buildGraph({
	layers: [['quay'], ['abbey', 'grotto'], ['cellar', 'lake'], ['crown']],
	gates: [
		['quay', 'abbey'],
		['quay', 'grotto'],
		['abbey', 'cellar'],
		['grotto', 'lake'],
		['cellar', 'crown'],
		['lake', 'crown'],
	],
})
const toAbbey = flag('quay', 'abbey')
const toGrotto = flag('quay', 'grotto')
const toCellar = flag('abbey', 'cellar')
const toLake = flag('grotto', 'lake')
const toCrown = flag('cellar', 'crown')
const minute = 60_000

const found = (run: Run) => run.history.map(({ nodeId, igtMs }) => [nodeId, igtMs])
const burst = (script: Play, flags: number[], igtMs: number) => {
	for (const each of flags) script.flag(each, igtMs)
	return script
}
/** A mod that came ten minutes into the session. */
const lateLink = () =>
	play(graph)
		.jumpTo(10 * minute)
		.connect()
		.status(9 * minute)
		.hush()
const oldSave = [
	'mod error This save already holds progress: close the game, start it again, new character',
	'mod old_save quay',
]

describe('what waits', () => {
	test('[P18] the first gate flag of a connection, until 250 ms pass without another', () => {
		const script = lateLink().flag(toAbbey, 9 * minute)
		expect(script.tells).toEqual([])
		expect(script.steps.at(-1)).toMatchObject({ store: 'none', wakeAtMs: script.atMs + 250 })
		expect(script.wait(249).run.history).toHaveLength(1)
		expect(script.wait(1).run.history).toHaveLength(2)
		expect(script.steps.at(-1)).toMatchObject({ store: 'now', wakeAtMs: null })
	})

	test('[P18] no longer than three seconds, however many flags follow', () => {
		const script = lateLink()
		for (let i = 0; i < 14; i++) script.flag(toAbbey, 9 * minute).wait(200)
		expect(script.run.hold).not.toBe(null)
		expect(script.flag(toAbbey, 9 * minute).wait(200).run.hold).toBe(null)
		expect(script.run.history).toHaveLength(2)
	})

	test('[P18] no longer because the clock was set back', () => {
		const script = lateLink().flag(toAbbey, 9 * minute)
		const event = { type: 'wake', atMs: script.atMs - minute } as const
		expect(apply(graph, script.run, event).run.hold).toBe(null)
	})

	test('[P18] no longer because of figures, which are no flags', () => {
		const script = lateLink()
			.flag(toAbbey, 9 * minute)
			.wait(200)
			.status(9 * minute + 200, 1)
			.wait(50)
		expect(script.run).toMatchObject({ hold: null, deaths: 1 })
	})

	test('[P18] nothing on a connection that showed its first flag', () => {
		const script = lateLink()
			.pass(toAbbey, 9 * minute)
			.flag(toCellar, 10 * minute)
		expect(script.run.current?.nodeId).toBe('cellar')
	})

	test('[P18] again the first flag after a reconnect', () => {
		const script = lateLink()
			.pass(toAbbey, 9 * minute)
			.reconnect()
			.flag(toCellar, 10 * minute)
		expect(script.run.current?.nodeId).toBe('abbey')
		expect(script.wait(250).run.current?.nodeId).toBe('cellar')
	})

	test.each([
		['fell', (script: Play) => script.status(5 * minute)],
		['rose over a minute faster than the clock', (script: Play) => script.status(9 * minute + 61_001)],
	])('[P18] again the first flag after a clock that %s', (_, jump) => {
		const script = lateLink()
			.pass(toAbbey, 9 * minute)
			.jumpTo(11 * minute)
			.status(9 * minute)
		jump(script)
		const igtMs = script.run.igtMs
		expect(script.flag(toCellar, igtMs).run.current?.nodeId).toBe('abbey')
		expect(script.wait(250).run.current?.nodeId).toBe('cellar')
	})

	test('[P18] a flag tells the clock too, so that a jump of the first status is seen', () => {
		const script = play(graph)
			.jumpTo(20 * minute)
			.connect()
			.pass(toAbbey, 9 * minute)
			.status(11 * minute)
			.flag(toCellar, 11 * minute)
		expect(script.run.current?.nodeId).toBe('abbey')
		expect(script.wait(250).run.current?.nodeId).toBe('cellar')
	})

	test('[P18] not after a clock that rose as time went by', () => {
		const script = lateLink()
			.pass(toAbbey, 9 * minute)
			.jumpTo(11 * minute)
			.status(9 * minute)
		script.wait(20 * minute).status(30 * minute)
		expect(script.flag(toCellar, 30 * minute).run.current?.nodeId).toBe('cellar')
	})

	test('[P18] a simulated run may be faster than the clock', () => {
		const script = play(graph, { simulated: true }).connect().status(1_000).pass(toAbbey, 2_000)
		script.send({ type: 'status_update', igtMs: 60 * minute, deaths: 0 })
		script.send({ type: 'event_flag', flagId: toCellar, igtMs: 60 * minute })
		expect(script.run.current?.nodeId).toBe('cellar')
	})

	test('[P18] what comes meanwhile waits behind it, in order', () => {
		const script = lateLink()
			.flag(toAbbey, 9 * minute)
			.status(9 * minute + 100, 2)
			.query({ mapId: 'm90_00_00_00' })
		expect(script.run).toMatchObject({ igtMs: 9 * minute, deaths: 0 })
		script.wait(250)
		expect(script.run).toMatchObject({ deaths: 2, current: { nodeId: 'quay' } })
		expect(script.run.visits.map(({ nodeId, deaths }) => [nodeId, deaths])).toEqual([
			['quay', 0],
			['abbey', 2],
			['quay', 0],
		])
	})

	test('[P18] a timer that comes late changes nothing but the time of the answer', () => {
		const script = lateLink()
			.flag(toAbbey, 9 * minute)
			.jumpTo(20 * minute)
		script.send({ type: 'event_flag', flagId: toCellar, igtMs: 10 * minute })
		expect(found(script.run)).toEqual([
			['quay', 0],
			['abbey', 9 * minute],
			['cellar', 10 * minute],
		])
	})

	test('[P18] a lost connection, a new one and an abandon decide at once', () => {
		const held = () => lateLink().flag(toAbbey, 9 * minute)
		for (const script of [held().disconnect(), held().connect(), held().abandon()]) {
			expect(script.run.history).toHaveLength(2)
			expect(script.run.hold).toBe(null)
			expect(script.steps.at(-1)).toMatchObject({ store: 'now', wakeAtMs: null })
		}
	})

	test('[P18] nobody is told on the new connection what the old one had sent', () => {
		const script = lateLink()
			.flag(toAbbey, 9 * minute)
			.hush()
			.connect()
		expect(inWords(script.tells)).toEqual(['spectators leaderboard_update with visits'])
	})

	test('[P24] a finish that was held comes before the abandon that met it', () => {
		const script = lateLink()
			.flag(finishFlag, 9 * minute)
			.abandon()
		expect(script.run.status).toBe('finished')
		expect(inWords(script.tells)).not.toContain('mod race_status_change abandoned')
	})
})

describe('a link that came late', () => {
	test('[P18] its burst is recorded with its time, in layer order, and journaled as late', () => {
		const script = burst(lateLink(), [toCrown, toCellar, toAbbey], 9 * minute).wait(250)
		expect(found(script.run)).toEqual([
			['quay', 0],
			['abbey', 9 * minute],
			['cellar', 9 * minute],
			['crown', 9 * minute],
		])
		expect(script.run.visits.map((visit) => visit.fromNodeId)).toEqual([null, 'quay', 'abbey', 'cellar'])
		expect(script.facts.map((fact) => fact.kind)).toEqual(['start', 'late_flag', 'late_flag', 'late_flag'])
	})

	test('[P18] the pointer goes to its deepest zone, and the mod gets one answer', () => {
		const script = burst(lateLink(), [toCellar, toAbbey], 9 * minute).wait(250)
		expect(script.run.current?.nodeId).toBe('cellar')
		expect(inWords(script.tells)).toEqual([
			'spectators leaderboard_update with visits',
			'mod leaderboard_update',
			'mod zone_update cellar',
		])
	})

	test('[P18] of two zones as deep the one with the higher flag is the present one', () => {
		const script = burst(lateLink(), [toLake, toCellar, toAbbey, toGrotto], 9 * minute).wait(250)
		expect(toLake).toBeGreaterThan(toCellar)
		expect(script.run.current?.nodeId).toBe('lake')
		expect(script.run.visits.map(({ nodeId, fromNodeId }) => [nodeId, fromNodeId])).toEqual([
			['quay', null],
			['abbey', 'quay'],
			['grotto', 'quay'],
			['cellar', 'abbey'],
			['lake', 'grotto'],
		])
	})

	test('[P18] its order is that of the layers, whatever the numbers of the flags', () => {
		const backwards = buildGraph({
			layers: [['quay'], ['abbey'], ['cellar'], ['crown']],
			gates: [
				['cellar', 'crown'],
				['abbey', 'cellar'],
				['quay', 'abbey'],
			],
		})
		const script = burst(
			play(backwards.graph).connect(),
			[...backwards.graph.nodeOfFlag.keys()],
			minute,
		).wait(250)
		expect(script.run.visits.map((visit) => visit.nodeId)).toEqual(['quay', 'abbey', 'cellar', 'crown'])
		expect(script.run.current?.nodeId).toBe('crown')
	})

	test('[P18] older than the newest visit, with no fall of the clock, it leaves the pointer where it is', () => {
		const before = lateLink()
			.pass(toAbbey, 10 * minute)
			.reconnect()
		const { run } = burst(before, [toGrotto, toLake], 9 * minute).wait(250)
		expect(run.current?.nodeId).toBe('abbey')
		expect(run.history.map((entry) => entry.nodeId)).toEqual(['quay', 'grotto', 'lake', 'abbey'])
	})

	test('[P18] the pointer stays where the deepest zone was known before', () => {
		const before = lateLink()
			.pass(toAbbey, 9 * minute)
			.pass(toCellar, 10 * minute)
			.reconnect()
			.hush()
		const { run, tells } = burst(before, [toAbbey, toGrotto, toCellar], 11 * minute).wait(250)
		expect(run.current?.nodeId).toBe('cellar')
		expect(found(run).at(-1)).toEqual(['grotto', 11 * minute])
		expect(inWords(tells).at(-1)).toBe('mod zone_update cellar')
	})

	test('[P18] a zone that was known needs no way to it', () => {
		const script = lateLink()
			.pass(toLake, 9 * minute)
			.reconnect()
		burst(script, [toLake, flag('lake', 'crown')], 10 * minute).wait(250)
		expect(script.run.current?.nodeId).toBe('crown')
	})

	test('[P18] a burst of known zones alone is answered once and changes nothing', () => {
		const before = lateLink()
			.pass(toAbbey, 9 * minute)
			.pass(toCellar, 10 * minute)
			.reconnect()
			.hush()
		const { visits } = before.run
		const { run, tells } = burst(before, [toAbbey, toCellar], 11 * minute).wait(1_000)
		expect(run.visits).toBe(visits)
		expect(inWords(tells)).toEqual(['mod zone_update cellar'])
	})

	test('[P18] further flags of a zone in the burst are kept, so that they are known when they come again', () => {
		const twice = buildGraph({
			layers: [['quay'], ['abbey'], ['crown']],
			gates: [
				['quay', 'abbey'],
				['quay', 'abbey'],
				['abbey', 'crown'],
			],
		})
		const gates = [0, 1].map((nth) => twice.flag('quay', 'abbey', nth))
		const script = burst(play(twice.graph).connect(), [...gates, twice.flag('abbey', 'crown')], minute).wait(
			250,
		)
		expect(script.run.visits.map((visit) => visit.nodeId)).toEqual(['quay', 'abbey', 'crown'])
		expect(script.run.recordedFlags.size).toBe(3)
	})

	test('[P18] flags with a time of their own follow, and the finish comes last', () => {
		const script = lateLink()
			.flag(finishFlag, 9 * minute + 500)
			.flag(toCellar, 9 * minute)
		script
			.flag(toAbbey, 9 * minute)
			.flag(toCrown, 9 * minute + 400)
			.wait(250)
		expect(found(script.run).at(-1)).toEqual(['crown', 9 * minute + 400])
		expect(script.run).toMatchObject({ status: 'finished', igtMs: 9 * minute + 500 })
		expect(inWords(script.tells).slice(-2)).toEqual([
			'mod race_status_change',
			'spectators race_status_change',
		])
	})

	test('[P18] a finish within the burst ends the run after its gates', () => {
		const script = burst(lateLink(), [finishFlag, toAbbey, toCellar], 9 * minute).wait(250)
		expect(script.run).toMatchObject({ status: 'finished', igtMs: 9 * minute })
		expect(script.run.history).toHaveLength(3)
	})

	test('[P18] a flag re-queued from before the burst takes its place before it', () => {
		const script = lateLink().flag(toAbbey, 2 * minute)
		burst(script, [toCellar, toCrown], 9 * minute).wait(250)
		expect(found(script.run)).toEqual([
			['quay', 0],
			['abbey', 2 * minute],
			['cellar', 9 * minute],
			['crown', 9 * minute],
		])
	})
})

describe('an old save', () => {
	test('[P18] with more play than the session is old changes nothing', () => {
		const script = lateLink()
		for (const flagId of [toAbbey, toCellar])
			script.send({ type: 'event_flag', flagId, igtMs: 11 * minute + 1 })
		script.wait(250)
		expect(found(script.run)).toEqual([['quay', 0]])
		expect(script.run.igtMs).toBe(9 * minute)
		expect(inWords(script.tells)).toEqual(['spectators leaderboard_update', ...oldSave])
		expect(script.facts.at(-1)).toMatchObject({ kind: 'old_save', flagId: null, detail: { flags: 2 } })
	})

	test('[P18] with exactly a minute to spare is believed', () => {
		const script = lateLink()
		for (const flagId of [toAbbey, toCellar]) script.send({ type: 'event_flag', flagId, igtMs: 11 * minute })
		expect(script.wait(250).run.history).toHaveLength(3)
	})

	test('[P18] with a zone that nothing leads to changes nothing', () => {
		const script = burst(lateLink(), [toAbbey, toLake], 9 * minute).wait(250)
		expect(found(script.run)).toEqual([['quay', 0]])
		expect(inWords(script.tells)).toEqual(['spectators leaderboard_update', ...oldSave])
	})

	test('[P18] that shows the rest only after a pause changes nothing either', () => {
		const script = burst(lateLink(), [toAbbey, toLake], 9 * minute).wait(300)
		burst(script.hush(), [toGrotto], 9 * minute).wait(300)
		burst(script, [toGrotto, toAbbey], 9 * minute).wait(300)
		expect(found(script.run)).toEqual([['quay', 0]])
		expect(inWords(script.tells).slice(-2)).toEqual(oldSave)
		expect(script.pass(toGrotto, 10 * minute).run.history).toHaveLength(2)
	})

	test('[P18] whose finish came long before its one zone changes nothing either', () => {
		const script = lateLink()
		script.send({ type: 'event_flag', flagId: finishFlag, igtMs: 40 * minute })
		script.wait(5_000)
		script.send({ type: 'event_flag', flagId: toAbbey, igtMs: 40 * minute })
		script.wait(300)
		expect(script.run).toMatchObject({ status: 'active', igtMs: 9 * minute, history: [{ nodeId: 'quay' }] })
	})

	test('[P18] may be one zone and the finish', () => {
		const script = burst(lateLink(), [toLake, finishFlag], 9 * minute).wait(250)
		expect(script.run).toMatchObject({ status: 'active', history: [{ nodeId: 'quay' }] })
		expect(inWords(script.tells).slice(-2)).toEqual(oldSave)
	})

	test('[P18] known zones count, so that one more with the same clock is judged with them', () => {
		const before = lateLink()
			.pass(toAbbey, 9 * minute)
			.reconnect()
			.hush()
		const { run } = burst(before, [toAbbey, toLake], 10 * minute).wait(250)
		expect(run.history).toHaveLength(2)
	})

	test('[P18] seen first is no first message: the run has not begun', () => {
		const script = play(graph).connect()
		burst(script, [toAbbey, toLake], 0).wait(250)
		expect(script.run.current).toBe(null)
		expect(inWords(script.tells).slice(-2)).toEqual(oldSave)
	})

	test('[P18] flags with a time of their own are applied all the same', () => {
		const script = burst(lateLink(), [toAbbey, toLake], 9 * minute)
			.flag(toGrotto, 9 * minute + 100)
			.wait(250)
		expect(found(script.run)).toEqual([
			['quay', 0],
			['grotto', 9 * minute + 100],
		])
		// The request for a new character is told last, so that no zone covers it.
		expect(inWords(script.tells).at(-1)).toBe('mod old_save grotto')
	})

	test('[P18] no answer to a re-send that came with it covers what the player is to read', () => {
		const script = lateLink()
			.pass(toAbbey, 9 * minute)
			.reconnect()
			.hush()
		script.send({ type: 'event_flag', flagId: toAbbey, igtMs: 9 * minute })
		for (const flagId of [toGrotto, toLake]) script.send({ type: 'event_flag', flagId, igtMs: 90 * minute })
		const words = inWords(script.wait(5_000).tells)
		expect(words.at(-1)).toBe('mod old_save abbey')
		expect(words).not.toContain('mod zone_update abbey')
	})

	test('[P18] spectators see it until the game is closed or shows another save', () => {
		const shown = () => burst(lateLink(), [toAbbey, toLake], 9 * minute).wait(250)
		expect(shown().run.connection?.oldSave).toBe(true)
		expect(shown().disconnect().run.connection).toBe(null)
		expect(shown().status(1_000).run.connection?.oldSave).toBe(false)
		expect(shown().pass(toGrotto, 10 * minute).run.connection?.oldSave).toBe(false)
	})

	test('[P18] a simulated run is exempt from the clock, not from the way', () => {
		const simulated = () => play(graph, { simulated: true }).connect().status(1_000)
		const at = (script: Play, flags: number[]) => {
			for (const flagId of flags) script.send({ type: 'event_flag', flagId, igtMs: 99 * minute })
			return script.wait(250).run
		}
		expect(at(simulated(), [toAbbey, toCellar]).history).toHaveLength(3)
		expect(at(simulated(), [toAbbey, toLake]).history).toHaveLength(1)
	})
})
