import { setTimeout as sleep } from 'node:timers/promises'
import { Load } from '../load/load.ts'
import { usualPace } from '../load/measure.ts'
import { sessionsThatFit } from '../machine/open-files.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import type { Bench } from '../stage.ts'

const MOST_SECONDS = 10
const PATIENCE_MS = 60_000
const PLAYED_MS = 5_000

const options = { sessions: 2_000 }

export const bench: Bench<typeof options> = {
	about: 'Everybody comes back at once after a restart',
	options,
	async run(stage, { sessions: wanted }) {
		const { server, database } = await products.start(stage)
		const { ids, gates } = await sessions.seeds(database)
		const roster = await sessions.make(database, sessionsThatFit(wanted, 2), ids)
		const load = new Load(stage)
		await load.connect({
			url: server.url.replace('http', 'ws'),
			sessions: roster,
			gates,
			spectatorsEach: 1,
		})
		await load.play(usualPace)
		await sleep(PLAYED_MS)
		await load.holdOn()
		const exit = await server.stop()
		await server.start()
		const { back, of, refused, seconds } = await load.allBack(PATIENCE_MS)
		await sleep(PLAYED_MS)
		const { withoutFigures } = await load.rest()
		await load.leave()
		return [
			{ what: 'exit code of the clean stop', unit: '', ours: exit ?? -1, must: '0', holds: exit === 0 },
			{
				what: `until all ${of} are live again`,
				unit: 's',
				ours: seconds,
				must: `≤ ${MOST_SECONDS} s`,
				holds: back === of && seconds <= MOST_SECONDS,
			},
			{ what: 'not back', unit: '', ours: of - back, must: '0', holds: back === of },
			{ what: 'refused', unit: '', ours: refused, must: '0', holds: refused === 0 },
			{
				what: 'without figures afterwards',
				unit: '',
				ours: withoutFigures,
				must: '0',
				holds: withoutFigures === 0,
			},
		]
	},
}
