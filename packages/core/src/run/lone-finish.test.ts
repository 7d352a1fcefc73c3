import { describe, expect, test } from 'vitest'
import { diamond } from '../graph/testing.ts'
import { refusals } from './refusals.ts'
import { inWords, play } from './testing.ts'

const { graph, flag, finishFlag } = diamond()
const toAbbey = flag('quay', 'abbey')
const minute = 60_000

describe('a finish without a gate', () => {
	const finish = (igtMs: number, options = {}) => {
		const script = play(graph, options)
			.jumpTo(10 * minute)
			.connect()
		return script.send({ type: 'event_flag', flagId: finishFlag, igtMs })
	}

	test('[P18] waits while the session has no gate', () => {
		const script = finish(9 * minute)
		expect(script.run.status).toBe('active')
		expect(script.wait(250).run).toMatchObject({ status: 'finished', igtMs: 9 * minute })
	})

	test('[P18] is an old save by the clock alone, and does not begin the run', () => {
		const script = finish(11 * minute + 1).wait(250)
		expect(script.run).toMatchObject({ status: 'active', current: null, history: [] })
		expect(inWords(script.tells).slice(-2)).toEqual([`mod error ${refusals.oldSave}`, 'mod old_save quay'])
	})

	test('[P18] of a simulated run is believed', () => {
		expect(finish(99 * minute, { simulated: true }).wait(250).run.status).toBe('finished')
	})

	test('[P18] is believed when a gate came with it', () => {
		const script = finish(11 * minute + 1)
		script.send({ type: 'event_flag', flagId: toAbbey, igtMs: 9 * minute })
		expect(script.wait(250).run).toMatchObject({ status: 'finished', igtMs: 11 * minute + 1 })
		expect(script.run.history).toHaveLength(2)
	})

	test('[P18] does not wait once the session has a gate, also on a new connection', () => {
		const script = play(graph)
			.jumpTo(10 * minute)
			.connect()
			.pass(toAbbey, 9 * minute)
			.reconnect()
			.flag(finishFlag, 10 * minute)
		expect(script.run.status).toBe('finished')
	})

	test('[P16] a status that came behind a held finish is refused, as it would have been', () => {
		const script = finish(9 * minute)
			.send({ type: 'status_update', igtMs: 10 * minute, deaths: 4 })
			.wait(250)
		expect(script.run).toMatchObject({ status: 'finished', igtMs: 9 * minute, deaths: 0 })
		expect(inWords(script.tells)).toContain('mod error Training session not active')
	})
})
