import { describe, expect, test } from 'vitest'
import { diamond } from '../graph/testing.ts'
import { inWords, play } from './testing.ts'

const { graph, flag, finishFlag } = diamond()
const toAbbey = flag('quay', 'abbey')
const deathsByZone = (run: { history: readonly { nodeId: string; deaths: number }[] }) =>
	Object.fromEntries(run.history.map((entry) => [entry.nodeId, entry.deaths]))

describe('the first message', () => {
	const start = [{ nodeId: 'quay', igtMs: 0, deaths: 0 }]

	test('[P10] a status puts the run on the start node at IGT 0', () => {
		const { run, facts } = play(graph).connect().status(1500)
		expect(run.history).toEqual(start)
		expect(run.current).toEqual({ seq: 0, nodeId: 'quay' })
		expect(facts).toMatchObject([{ kind: 'start', nodeId: 'quay', igtMs: 0, number: 0 }])
	})

	test('[P10] a flag, a zone query and a finish do it as well, once', () => {
		expect(play(graph).connect().pass(toAbbey, 5_000).run.history).toMatchObject([
			...start,
			{ nodeId: 'abbey' },
		])
		expect(play(graph).connect().query({}).query({}).run.history).toEqual(start)
		expect(play(graph).connect().finished(9_000).wait(250).run.history).toEqual(start)
		expect(play(graph).connect().pass(finishFlag, 9_000).run.history).toEqual(start)
	})

	test('[P10] connecting, an unknown flag and a refused frame are no gameplay', () => {
		expect(play(graph).connect().pass(4_000_000_000, 5).refused(1).run.current).toBe(null)
	})
})

describe('figures', () => {
	test('[P11] are kept as reported and told to spectators, not to the mod', () => {
		const script = play(graph).connect().status(1_000).hush().status(2_000, 0)
		expect(script.run).toMatchObject({ igtMs: 2_000, deaths: 0 })
		expect(inWords(script.tells)).toEqual(['spectators figures'])
		expect(script.steps.at(-1)).toMatchObject({ store: 'soon', visits: [], facts: [] })
	})

	test('figures alone leave the lists as they are, so that nobody writes them again', () => {
		const before = play(graph).connect().pass(toAbbey, 60_000)
		const { visits, history, current, reached } = before.run
		const after = before.status(61_000).run
		expect(after.visits).toBe(visits)
		expect(after.history).toBe(history)
		expect(after.current).toBe(current)
		expect(after.reached).toBe(reached)
	})

	test('[P25] the mod never hears an echo of its own status', () => {
		const { tells } = play(graph).connect().status(1_000).status(2_000, 3).status(500, 1)
		expect(tells.filter((tell) => tell.to === 'mod')).toEqual([])
	})

	test('figures that did not change are neither told nor stored', () => {
		const script = play(graph).connect().status(1_000, 1).hush().status(1_000, 1)
		expect(script.tells).toEqual([])
		expect(script.steps.at(-1)?.store).toBe('none')
	})

	test('[P11] a rise in deaths is charged to the zone the player is in', () => {
		const script = play(graph).connect().status(1_000, 1).pass(toAbbey, 60_000).status(61_000, 4)
		expect(deathsByZone(script.run)).toEqual({ quay: 1, abbey: 3 })
		expect(script.steps.at(-1)?.visits).toMatchObject([{ nodeId: 'abbey', deaths: 3 }])
		expect(inWords(script.tells).at(-1)).toBe('spectators figures with visits')
	})

	test('[P11] a fall of deaths is stored and journaled, and charged to nothing', () => {
		const { run, facts } = play(graph).connect().status(1_000, 5).status(2_000, 2)
		expect(run).toMatchObject({ deaths: 2 })
		expect(deathsByZone(run)).toEqual({ quay: 5 })
		expect(facts.at(-1)).toMatchObject({ kind: 'deaths_fell', detail: { from: 5, to: 2 } })
	})

	test('[P11] after a failed read only what exceeds the highest count is charged', () => {
		const script = play(graph).connect().status(1_000, 5).status(2_000, 0).status(3_000, 5)
		expect(deathsByZone(script.run)).toEqual({ quay: 5 })
		expect(deathsByZone(script.status(4_000, 6).run)).toEqual({ quay: 6 })
	})

	test('[P11] a fall of the clock is stored and journaled', () => {
		const { run, facts } = play(graph).connect().status(50_000).status(20_000)
		expect(run).toMatchObject({ igtMs: 20_000, era: 1 })
		expect(facts.at(-1)).toMatchObject({ kind: 'igt_fell', igtMs: 20_000, detail: { from: 50_000 } })
	})

	test('[P11] with an older save the count of deaths starts anew', () => {
		const script = play(graph).connect().status(50_000, 5).status(20_000, 2).status(21_000, 4)
		expect(deathsByZone(script.run)).toEqual({ quay: 7 })
	})

	test('[P11] deaths that rise as the clock falls are charged once', () => {
		const script = play(graph).connect().status(50_000, 2).status(20_000, 5).status(21_000, 5)
		expect(deathsByZone(script.run)).toEqual({ quay: 5 })
	})

	test('falls without end no longer fill the journal, but are still applied', () => {
		const fell = (factCount: number) => {
			const run = { ...play(graph).connect().status(9_000).run, factCount }
			return play(graph, { run }).status(5_000)
		}
		expect(fell(9_999).facts).toHaveLength(1)
		expect(fell(10_000).facts).toHaveLength(0)
		expect(fell(10_000).run).toMatchObject({ igtMs: 5_000, era: 1, factCount: 10_000 })
	})
})
