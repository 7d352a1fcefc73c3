import { setTimeout as sleep } from 'node:timers/promises'
import { Load } from '../load/load.ts'
import { usualPace, WARM_UP_MS } from '../load/measure.ts'
import { Stalled } from '../load/stalled.ts'
import { percentile } from '../machine/figures.ts'
import { sessionsThatFit } from '../machine/open-files.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import type { Bench } from '../stage.ts'

const MOST = 1.5

const options = { sessions: 1_000, stalled: 200, seconds: 40 }

export const bench: Bench<typeof options> = {
	about: 'Spectators that read nothing, and what others notice of them',
	options,
	async run(stage, { sessions: wanted, stalled, seconds }) {
		const { server, database } = await products.start(stage)
		const url = server.url.replace('http', 'ws')
		const { ids, gates } = await sessions.seeds(database)
		const roster = await sessions.make(database, sessionsThatFit(wanted, 2), ids)
		const load = new Load(stage)
		await load.connect({ url, sessions: roster, gates, spectatorsEach: 1 })
		await load.play(usualPace)
		await sleep(WARM_UP_MS)
		const measure = async () => {
			await load.count()
			await sleep(seconds * 1_000)
			const { latenciesMs } = await load.count()
			return percentile(latenciesMs, 0.99)
		}

		const alone = await measure()
		const watched = Array.from({ length: stalled }, (_, number) => roster[number % roster.length]!)
		const stopped = await Promise.all(watched.map((session) => Stalled.open(url, session)))
		await sleep(WARM_UP_MS)
		const beside = await measure()

		const { withoutFigures, withoutZones, closed } = await load.rest()
		await load.leave()
		for (const each of stopped) each.leave()
		const lost = withoutFigures + withoutZones + closed
		return [
			{
				what: `p99 beside ${stalled} that do not read`,
				unit: 'ms',
				ours: beside,
				reference: alone,
				must: `≤ ${MOST} ×`,
				holds: beside <= MOST * alone,
			},
			{ what: 'not delivered to others', unit: '', ours: lost, must: '0', holds: lost === 0 },
		]
	},
}
