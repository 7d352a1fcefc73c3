import { besideRelay } from '../load/beside-relay.ts'
import { cpuPerUpdateUs, lost, usualPace } from '../load/measure.ts'
import { limit, sessionsThatFit } from '../machine/open-files.ts'
import type { Row } from '../report.ts'
import type { Bench, Stage } from '../stage.ts'

const MOST = 1.67

const options = { sessions: 9_900, crowds: 1_500, spectators: 8, seconds: 60 }

export const bench: Bench<typeof options> = {
	about: 'CPU time of the server for each update that reaches a spectator',
	options,
	async run(stage, { sessions, crowds, spectators, seconds }) {
		return [
			...(await measure(stage, { sessions, spectatorsEach: 1, seconds })),
			...(await measure(stage, { sessions: crowds, spectatorsEach: spectators, seconds })),
		]
	},
}

type Shape = { sessions: number; spectatorsEach: number; seconds: number }

async function measure(stage: Stage, { sessions: wanted, spectatorsEach, seconds }: Shape): Promise<Row[]> {
	if (wanted === 0) return []
	const sessions = sessionsThatFit(wanted, 1 + spectatorsEach)
	const what = `${sessions} sessions × ${spectatorsEach}`
	stage.say(`${what}: ${sessions * (1 + spectatorsEach)} sockets at an open-file limit of ${limit()}`)
	const { ours, reference } = await besideRelay(stage, { sessions, spectatorsEach, seconds, pace: usualPace })
	const cpu = { ours: cpuPerUpdateUs(ours), reference: cpuPerUpdateUs(reference) }
	return [
		{
			what: `${what}: CPU per update`,
			unit: 'µs',
			...cpu,
			must: `≤ ${MOST} ×`,
			holds: cpu.ours <= MOST * cpu.reference,
		},
		{
			what: `${what}: database CPU per update`,
			unit: 'µs',
			ours: (ours.databaseCpuSeconds / ours.counted.updates) * 1e6,
		},
		{
			what: `${what}: not delivered`,
			unit: '',
			ours: lost(ours),
			reference: lost(reference),
			must: '0',
			holds: lost(ours) === 0,
		},
	]
}
