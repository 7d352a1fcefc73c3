import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BuiltGraph, drawGraph } from '../graph/testing.ts'
import { seededRandom } from '../testing.ts'
import { restore } from './run.ts'
import type { Fact, GameplayEvent, Run, Visit } from './run-state.ts'
import { play, type Play } from './testing.ts'

type Message =
	{ type: 'status'; igtMs: number; deaths: number } | { type: 'flag'; flagId: number; igtMs: number }

const widths = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 })
const kind = fc.constantFrom('saved' as const, 'temporary' as const)
const drawn = fc.record({ widths, kind, seed: fc.integer() }).map(({ widths, kind, seed }) => {
	const random = seededRandom(seed)
	const built = drawGraph(widths, random, kind)
	return { built, kind, random, messages: drawPlay(built, kind, random) }
})
const disturbance = fc.record({
	kind: fc.constantFrom('again', 'earlier flag', 'reconnect', 'reconnect and all flags again', 'pause'),
	place: fc.nat({ max: 1_000 }),
	pick: fc.nat({ max: 1_000 }),
})

/** What a run comes to: all that people are shown of it and all that is stored. */
const outcome = ({ status, igtMs, deaths, visits, history, current, reached, finishedAtMs }: Run) => ({
	status,
	igtMs,
	deaths,
	visits,
	history,
	current,
	reached,
	finishedAtMs,
})

describe('one play, however it arrives', () => {
	test('[P14] re-sends, duplicates and reconnects give the same run as the clean play', () => {
		fc.assert(
			fc.property(drawn, fc.array(disturbance, { maxLength: 12 }), ({ built, messages }, disturbances) => {
				const clean = play(built.graph).connect()
				for (const message of messages) send(clean, message)
				const disturbed = play(built.graph).connect()
				messages.forEach((message, index) => {
					send(disturbed, message)
					for (const each of disturbances)
						if (each.place % messages.length === index) disturb(disturbed, messages.slice(0, index + 1), each)
				})
				expect(outcome(disturbed.wait(3_000).run)).toEqual(outcome(clean.wait(3_000).run))
			}),
			{ numRuns: 250 },
		)
	}, 60_000)

	test('[P40] an outbox that is sent again from any place, as often as it likes, gives the same run', () => {
		fc.assert(
			fc.property(
				drawn,
				fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }),
				({ built, messages }, resends) => {
					const clean = play(built.graph).connect()
					messages.forEach((message, index) => send(clean, message, index + 1))
					const disturbed = play(built.graph).connect()
					messages.forEach((message, index) => {
						send(disturbed, message, index + 1)
						for (const [place, from] of resends) {
							if (place % messages.length !== index) continue
							if (place % 2 === 0) disturbed.reconnect()
							for (let i = from % (index + 1); i <= index; i++) send(disturbed, messages[i] as Message, i + 1)
						}
					})
					expect(outcome(disturbed.wait(3_000).run)).toEqual(outcome(clean.wait(3_000).run))
					expect(disturbed.run.ackSeq).toBe(messages.length)
				},
			),
			{ numRuns: 250 },
		)
	}, 60_000)

	test('[P12] flags that arrive in any order lie in the order of their clocks', () => {
		fc.assert(
			fc.property(
				drawn,
				fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
				({ built, messages }, keys) => {
					const flags = messages.filter((each) => each.type === 'flag' && each.flagId !== built.finishFlag)
					const shuffled = flags.map((flag, i) => ({ flag, key: keys[i % keys.length] as number }))
					shuffled.sort((a, b) => a.key - b.key)
					const inOrder = play(built.graph).connect()
					const outOfOrder = play(built.graph).connect()
					for (const flag of flags) send(inOrder.wait(4_000), flag)
					for (const { flag } of shuffled) send(outOfOrder.wait(4_000), flag)
					const visited = ({ visits }: Run) => visits.map(({ nodeId, igtMs }) => [nodeId, igtMs])
					expect(visited(outOfOrder.wait(4_000).run)).toEqual(visited(inOrder.wait(4_000).run))
					expect(outOfOrder.run.history).toEqual(inOrder.run.history)
					expect(outOfOrder.run.reached).toEqual(inOrder.run.reached)
				},
			),
			{ numRuns: 300 },
		)
	}, 60_000)

	test('[P11] every death of a play is charged once', () => {
		fc.assert(
			fc.property(drawn, ({ built, messages }) => {
				const script = play(built.graph).connect()
				for (const message of messages) send(script, message)
				const { run } = script.wait(3_000)
				expect(sum(run.visits)).toBe(run.deaths)
				expect(sum(run.history)).toBe(run.deaths)
			}),
		)
	})
})

test('[P11] whatever is reported, the deaths of the zones are the rises above the highest count', () => {
	const status = fc.record({ igtMs: fc.nat({ max: 50 }), deaths: fc.nat({ max: 9 }) })
	fc.assert(
		fc.property(fc.array(status), (statuses) => {
			const { graph } = drawGraph([1], () => 0)
			const script = play(graph).connect()
			let [charged, highest, lastIgt] = [0, 0, 0]
			for (const { igtMs, deaths } of statuses) {
				script.status(igtMs, deaths)
				charged += Math.max(0, deaths - highest)
				highest = igtMs < lastIgt ? deaths : Math.max(highest, deaths)
				lastIgt = igtMs
			}
			expect(sum(script.run.history)).toBe(charged)
		}),
	)
})

describe('whatever comes', () => {
	const igtMs = fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 400_000 }))
	const seq = fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined })
	const anything = fc.oneof(
		{ weight: 4, arbitrary: fc.record({ type: fc.constant('flag'), pick: fc.nat(), igtMs, seq }) },
		{
			weight: 3,
			arbitrary: fc.record({ type: fc.constant('status'), igtMs, deaths: fc.nat({ max: 9 }), seq }),
		},
		{ weight: 2, arbitrary: fc.record({ type: fc.constant('query'), pick: fc.nat() }) },
		{ weight: 2, arbitrary: fc.record({ type: fc.constant('wait'), ms: fc.nat({ max: 4_000 }) }) },
		{ weight: 1, arbitrary: fc.record({ type: fc.constant('finished'), igtMs }) },
		{
			weight: 1,
			arbitrary: fc.record({ type: fc.constant('refused'), seq: fc.integer({ min: 1, max: 30 }) }),
		},
		{
			weight: 1,
			arbitrary: fc.constantFrom({ type: 'connect' }, { type: 'disconnect' }, { type: 'abandon' }),
		},
	)
	const world = fc.record({ drawn, simulated: fc.boolean(), events: fc.array(anything, { maxLength: 40 }) })

	test('a run stays in order, ends once, and can be rebuilt from what its steps stored', () => {
		fc.assert(
			fc.property(world, ({ drawn: { built }, simulated, events }) => {
				const script = play(built.graph, { simulated })
				const stored = { visits: new Map<number, Visit>(), facts: [] as Fact[] }
				let steps = 0
				let before = script.run
				for (const event of events) {
					happen(script, built, event)
					for (const step of script.steps.slice(steps)) {
						for (const visit of step.visits) stored.visits.set(visit.seq, visit)
						stored.facts.push(...step.facts)
						if (step.store === 'none') expect(storable(step.run)).toEqual(storable(before))
						if (step.facts.some(({ kind }) => kind.endsWith('flag') || kind === 'finish'))
							expect(step.store).toBe('now')
						if (before.status !== 'active') {
							expect(step.run.status).toBe(before.status)
							expect(step.run.igtMs).toBe(before.igtMs)
						}
						before = step.run
					}
					steps = script.steps.length
					expectOrder(script.run)
					expect(rebuilt(built, script.run, stored)).toEqual({
						...script.run,
						connection: null,
						hold: null,
						unknownFlags: new Set(),
					})
				}
			}),
			{ numRuns: 250 },
		)
	}, 60_000)
})

function expectOrder(run: Run) {
	const { visits, history } = run
	expect(visits.map((visit) => visit.seq).sort((a, b) => a - b)).toEqual(visits.map((_, index) => index))
	for (const [index, visit] of visits.entries()) {
		const last = visits[index - 1]
		if (last) expect(last.era).toBeLessThanOrEqual(visit.era)
		if (last?.era === visit.era) expect(last.igtMs).toBeLessThanOrEqual(visit.igtMs)
	}
	expect(new Set(history.map((entry) => entry.nodeId)).size).toBe(history.length)
	expect(new Set(visits.map((visit) => visit.nodeId)).size).toBe(history.length)
	expect(history.map((entry) => entry.igtMs)).toEqual(
		history.map((entry) => entry.igtMs).sort((a, b) => a - b),
	)
	expect(sum(history)).toBe(sum(visits))
	if (run.current)
		expect(visits.find((visit) => visit.seq === run.current?.seq)?.nodeId).toBe(run.current.nodeId)
}

function rebuilt(built: BuiltGraph, run: Run, stored: { visits: Map<number, Visit>; facts: Fact[] }): Run {
	const recordedFlags = stored.facts.flatMap(({ kind, flagId, igtMs }) =>
		kind === 'flag' || kind === 'late_flag' ? [{ flagId: flagId as number, igtMs: igtMs as number }] : [],
	)
	const keys = stored.facts.flatMap(({ flagId, igtMs }) => (flagId === null ? [] : [`${flagId} ${igtMs}`]))
	expect(new Set(keys).size).toBe(keys.length)
	expect(stored.facts.map((fact) => fact.number)).toEqual(stored.facts.map((_, index) => index))
	const {
		status,
		simulated,
		createdAtMs,
		finishedAtMs,
		igtMs,
		deaths,
		deathsHighest,
		era,
		ackSeq,
		factCount,
	} = run
	const figures = { status, simulated, createdAtMs, finishedAtMs, igtMs, deaths, deathsHighest, era, ackSeq }
	const visits = [...stored.visits.values()]
	return restore(built.graph, {
		...figures,
		factCount,
		currentSeq: run.current?.seq ?? null,
		visits,
		recordedFlags,
	})
}

function storable({ connection, hold, unknownFlags, ...rest }: Run) {
	return rest
}

function happen(script: Play, built: BuiltGraph, event: Record<string, unknown>) {
	const { type, pick = 0, igtMs, deaths, seq, ms } = event as { type: string } & Record<string, number>
	const flags = [...built.graph.eventIds, 77]
	const flagId = flags[(pick as number) % flags.length] as number
	const maps = [...built.graph.nodesOfMap.keys()]
	const by: Record<string, () => unknown> = {
		flag: () => script.send({ type: 'event_flag', flagId, igtMs, seq } as GameplayEvent),
		status: () => script.send({ type: 'status_update', igtMs, deaths, seq } as GameplayEvent),
		query: () => script.query({ mapId: maps[(pick as number) % maps.length] as string }),
		wait: () => script.wait(ms as number),
		finished: () => script.send({ type: 'finished', igtMs } as GameplayEvent),
		refused: () => script.refused(seq as number),
		connect: () => script.connect(),
		disconnect: () => script.disconnect(),
		abandon: () => script.abandon(),
	}
	by[type]?.()
}

/** A walk from the start to the finish, with deaths, statuses and, in old seeds, gates passed twice. */
function drawPlay(
	{ graph, finishFlag }: BuiltGraph,
	kind: 'saved' | 'temporary',
	random: () => number,
): Message[] {
	const messages: Message[] = []
	const passed = new Set<number>()
	let [igtMs, deaths, node] = [0, 0, graph.startNode]
	const status = () => {
		igtMs += 5_000
		if (random() < 0.4) deaths += 1 + Math.floor(random() * 3)
		messages.push({ type: 'status', igtMs, deaths })
	}
	const gatesFrom = (from: string) =>
		[...graph.nodeOfFlag].filter(([flag, to]) => graph.nodes.get(from)?.next.includes(to) && usable(flag))
	const usable = (flag: number) => kind === 'temporary' || !passed.has(flag)
	status()
	while (node !== graph.finalNode && messages.length < 60) {
		// Sometimes back to a place passed before, by another of its gates.
		const from = random() < 0.2 ? graph.startNode : node
		const [gate, to] = choose(gatesFrom(from), random) ?? choose(gatesFrom(node), random) ?? []
		if (gate === undefined || to === undefined) break
		igtMs += 5_000
		passed.add(gate)
		node = to
		messages.push({ type: 'flag', flagId: gate, igtMs })
		if (random() < 0.6) status()
	}
	igtMs += 5_000
	return random() < 0.8 ? [...messages, { type: 'flag', flagId: finishFlag, igtMs }] : messages
}

function send(script: Play, message: Message, seq?: number): Play {
	if (message.type === 'flag') return script.flag(message.flagId, message.igtMs, seq)
	return script.status(message.igtMs, message.deaths, seq)
}

function disturb(script: Play, sent: readonly Message[], { kind, pick }: { kind: string; pick: number }) {
	const flags = sent.filter((message) => message.type === 'flag')
	const resend = (message: Message | undefined) => message && script.send(eventOf(message))
	if (kind === 'again') resend(sent.at(-1))
	if (kind === 'earlier flag') resend(flags[pick % Math.max(1, flags.length)])
	if (kind.startsWith('reconnect')) script.reconnect()
	if (kind === 'reconnect and all flags again') flags.forEach(resend)
	if (kind === 'pause') script.wait(pick)
}

function eventOf(message: Message): GameplayEvent {
	const event =
		message.type === 'flag'
			? { type: 'event_flag', flagId: message.flagId, igtMs: message.igtMs }
			: { type: 'status_update', igtMs: message.igtMs, deaths: message.deaths }
	return event as GameplayEvent
}

function choose<T>(list: readonly T[], random: () => number): T | undefined {
	return list[Math.floor(random() * list.length)]
}

function sum(list: readonly { deaths: number }[]): number {
	return list.reduce((total, each) => total + each.deaths, 0)
}
