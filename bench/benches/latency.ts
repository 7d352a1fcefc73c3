import { besideRelay } from '../load/beside-relay.ts'
import { lost, usualPace } from '../load/measure.ts'
import { sessionsThatFit } from '../machine/open-files.ts'
import type { Bench } from '../stage.ts'

const MOST = { p50: 2, p99: 3 }

const options = { sessions: 2_000, seconds: 60 }

export const bench: Bench<typeof options> = {
	about: 'From the frame of a mod to the frame of a spectator, of those that go out at once',
	options,
	async run(stage, { sessions: wanted, seconds }) {
		const sessions = sessionsThatFit(wanted, 2)
		const shape = { sessions, spectatorsEach: 1, seconds, pace: usualPace }
		const { ours, reference } = await besideRelay(stage, shape)
		return [
			{
				what: 'p50',
				unit: 'ms',
				ours: ours.p50Ms,
				reference: reference.p50Ms,
				must: `≤ ${MOST.p50} ×`,
				holds: ours.p50Ms <= MOST.p50 * reference.p50Ms,
			},
			{
				what: 'p99',
				unit: 'ms',
				ours: ours.p99Ms,
				reference: reference.p99Ms,
				must: `≤ ${MOST.p99} ×`,
				holds: ours.p99Ms <= MOST.p99 * reference.p99Ms,
			},
			{ what: 'not delivered', unit: '', ours: lost(ours), must: '0', holds: lost(ours) === 0 },
		]
	},
}
