import { setTimeout as sleep } from 'node:timers/promises'
import type { Roster } from '../load/commands.ts'
import { Load } from '../load/load.ts'
import { usualPace } from '../load/measure.ts'
import * as inspector from '../machine/inspector.ts'
import type { Memory } from '../machine/inspector.ts'
import { sessionsThatFit } from '../machine/open-files.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import { startBareServer } from '../reference/reference.ts'
import type { Bench, Stage } from '../stage.ts'

const MOST_MORE_BYTES = 12 * 1024

const options = { sessions: 9_900, seconds: 30 }

export const bench: Bench<typeof options> = {
	about:
		'What a live session holds in memory, a mod and a spectator, against two idle sockets of a bare relay',
	options,
	async run(stage, { sessions: wanted, seconds }) {
		const count = sessionsThatFit(wanted, 2)
		const inspected = await inspector.port()
		const { server, database } = await products.start(stage, {}, inspected.nodeArgs)
		const { ids, gates } = await sessions.seeds(database)
		const made = await sessions.make(database, count, ids)
		const roster = { url: server.url.replace('http', 'ws'), sessions: made, gates, spectatorsEach: 1 }
		const ours = await grown(stage, { pid: server.pid, port: inspected.port, roster, seconds })
		await server.stop()
		await database.stop()

		const other = await inspector.port()
		const relay = await startBareServer(stage, {}, other.nodeArgs)
		const idle = { pid: relay.pid, port: other.port, roster: { ...roster, url: relay.url }, seconds: 0 }
		const reference = await grown(stage, idle)
		relay.stop()
		const more = ours.rssBytes - reference.rssBytes
		return [
			{
				what: `memory of a live session (of ${count})`,
				unit: 'bytes',
				ours: ours.rssBytes,
				reference: reference.rssBytes,
				must: `≤ + ${MOST_MORE_BYTES} bytes`,
				holds: more <= MOST_MORE_BYTES,
			},
			{ what: 'more than the reference', unit: 'bytes', ours: more },
			{ what: 'of it on the heap', unit: 'bytes', ours: ours.heapBytes, reference: reference.heapBytes },
		]
	},
}

type Watched = { pid: number; port: number; roster: Roster; seconds: number }

/** What of a roster is there before it is measured. */
const FIRST = 0.25

/**
 * What a session adds to a process, connected and, with `seconds`, played for a while. Told by those who come last: what
 * the process holds once it has met clients is nobody's share. They are many, since what the first left behind as free
 * room is filled by them before the process grows.
 */
async function grown(stage: Stage, watched: Watched): Promise<Memory> {
	const { pid, port, roster } = watched
	const begin = Math.ceil(roster.sessions.length * FIRST)
	const first = await filled(stage, watched, roster.sessions.slice(0, begin))
	const before = await inspector.settledMemory(pid, port)
	const second = await filled(stage, watched, roster.sessions.slice(begin))
	const after = await inspector.settledMemory(pid, port)
	await Promise.all([first.leave(), second.leave()])
	const count = roster.sessions.length - begin
	return {
		rssBytes: (after.rssBytes - before.rssBytes) / count,
		heapBytes: (after.heapBytes - before.heapBytes) / count,
	}
}

async function filled(
	stage: Stage,
	{ roster, seconds }: Watched,
	sessions: Roster['sessions'],
): Promise<Load> {
	const load = new Load(stage)
	await load.connect({ ...roster, sessions })
	if (seconds === 0) return load
	await load.play({ ...usualPace, gateEveryMs: Math.min(usualPace.gateEveryMs, seconds * 500) })
	await sleep(seconds * 1_000)
	const { closed } = await load.rest()
	if (closed > 0) throw new Error(`${closed} connections were lost`)
	return load
}
