import { setTimeout as sleep } from 'node:timers/promises'
import { Load } from '../load/load.ts'
import { usualPace } from '../load/measure.ts'
import { median } from '../machine/figures.ts'
import { limit, sessionsThatFit } from '../machine/open-files.ts'
import { rssBytes } from '../machine/processes.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import type { Bench } from '../stage.ts'

const LOOKS = 60
const ENDS_HEARD_WITHIN_MS = 20_000
const MOST_GROWTH = 1.1

const options = { sessions: 9_900, seconds: 600, gateseconds: usualPace.gateEveryMs / 1_000 }

export const bench: Bench<typeof options> = {
	about:
		'All sessions that one process can hold, played at once for a long time; --gateseconds 0 passes no gates',
	options,
	async run(stage, { sessions: wanted, seconds, gateseconds }) {
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
		await load.play({ ...usualPace, gateEveryMs: gateseconds * 1_000 })
		const looks: Look[] = []
		for (let look = 0; look < LOOKS; look++) {
			await sleep((seconds * 1_000) / LOOKS)
			const counted = await load.count()
			looks.push({ ...counted, rssBytes: rssBytes(server.pid), heapBytes: await heapBytes(server.url) })
		}
		const { withoutFigures, withoutZones, closed } = await load.rest()
		const ends = await load.finish(ENDS_HEARD_WITHIN_MS)
		stage.say(`the last spectator heard of the end of its run after ${ends.seconds.toFixed(1)} s`)
		await load.leave()
		const inMiB = looks.map(({ rssBytes }) => Math.round(rssBytes / 2 ** 20))
		stage.say(`memory in MiB: ${inMiB.join(' ')}`)
		const [begin, end] = [looks.slice(LOOKS / 5, (LOOKS * 2) / 5), looks.slice((LOOKS * 4) / 5)]
		const [beginBytes, endBytes] = [begin, end].map((fifth) => median(fifth.map(({ rssBytes }) => rssBytes)))
		// At its lowest the heap was just collected.
		const [beginHeld, endHeld] = [begin, end].map((fifth) =>
			Math.min(...fifth.map(({ heapBytes }) => heapBytes)),
		)
		const passed = sum(looks.slice(LOOKS * 0.3, LOOKS * 0.9), ({ gates }) => gates)
		return [
			{ what: 'statuses sent', unit: '', ours: sum(looks, ({ statuses }) => statuses) },
			{ what: 'updates delivered', unit: '', ours: sum(looks, ({ updates }) => updates) },
			none('spectators that lacked the last figures', withoutFigures),
			none('spectators that lacked a zone', withoutZones),
			none('spectators that did not hear of the end', ends.unheard),
			none('connections lost', closed),
			{
				what: 'memory in the last fifth, against the second',
				unit: 'bytes',
				ours: endBytes!,
				reference: beginBytes!,
				must: `≤ ${MOST_GROWTH} ×`,
				holds: endBytes! <= MOST_GROWTH * beginBytes!,
			},
			{ what: 'the heap at its lowest, in the same', unit: 'bytes', ours: endHeld!, reference: beginHeld! },
			...(passed === 0
				? []
				: [
						{
							what: 'memory for each gate passed between',
							unit: 'bytes',
							ours: (endBytes! - beginBytes!) / passed,
						},
						{ what: 'of it held', unit: 'bytes', ours: (endHeld! - beginHeld!) / passed },
					]),
		]
	},
}

type Look = { statuses: number; updates: number; gates: number; rssBytes: number; heapBytes: number }

function none(what: string, ours: number) {
	return { what, unit: '', ours, must: '0', holds: ours === 0 }
}

function sum(looks: readonly Look[], of: (look: Look) => number): number {
	return looks.reduce((total, look) => total + of(look), 0)
}

/** What the server says is in use. */
async function heapBytes(url: string): Promise<number> {
	const text = await (await fetch(`${url}/metrics`)).text()
	const bytes = Number(/^nodejs_heap_used_bytes (\S+)$/m.exec(text)?.[1])
	if (Number.isNaN(bytes)) throw new Error('The server does not say how much of its heap is in use')
	return bytes
}
