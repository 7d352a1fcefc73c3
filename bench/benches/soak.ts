import { setTimeout as sleep } from 'node:timers/promises'
import { Load } from '../load/load.ts'
import { usualPace } from '../load/measure.ts'
import { median } from '../machine/figures.ts'
import { limit, sessionsThatFit } from '../machine/open-files.ts'
import { rssBytes } from '../machine/processes.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import type { Bench } from '../stage.ts'

const MOST_GROWTH = 1.1
const LOOKS = 60

const options = { sessions: 9_900, seconds: 600 }

export const bench: Bench<typeof options> = {
	about: 'All sessions that one process can hold, played at once for a long time',
	options,
	async run(stage, { sessions: wanted, seconds }) {
		const count = sessionsThatFit(wanted, 2)
		const { server, database } = await products.start(stage)
		const { ids, gates } = await sessions.seeds(database)
		const roster = await sessions.make(database, count, ids)
		const load = new Load(stage)
		stage.say(`${count * 2} sockets at an open-file limit of ${limit()}`)
		await load.connect({
			url: server.url.replace('http', 'ws'),
			sessions: roster,
			gates,
			spectatorsEach: 1,
		})
		await load.play(usualPace)
		const seen: number[] = []
		let [statuses, updates] = [0, 0]
		for (let look = 0; look < LOOKS; look++) {
			await sleep((seconds * 1_000) / LOOKS)
			seen.push(rssBytes(server.pid))
			const counted = await load.count()
			statuses += counted.statuses
			updates += counted.updates
		}
		const { withoutFigures, withoutZones, closed } = await load.rest()
		await load.leave()
		const [begin, end] = [median(seen.slice(LOOKS / 5, (LOOKS * 2) / 5)), median(seen.slice((LOOKS * 4) / 5))]
		stage.say(`memory in MiB: ${seen.map((bytes) => Math.round(bytes / 2 ** 20)).join(' ')}`)
		const lost = withoutFigures + withoutZones + closed
		return [
			{ what: 'statuses sent', unit: '', ours: statuses },
			{ what: 'updates delivered', unit: '', ours: updates },
			{ what: 'not delivered', unit: '', ours: lost, must: '0', holds: lost === 0 },
			{
				what: 'memory in the last fifth, against the second',
				unit: 'bytes',
				ours: end,
				reference: begin,
				must: `≤ ${MOST_GROWTH} ×`,
				holds: end <= MOST_GROWTH * begin,
			},
		]
	},
}
