import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import { startBareServer } from '../reference/reference.ts'
import type { Stage } from '../stage.ts'
import type { Pace } from './commands.ts'
import { describe, play } from './measure.ts'
import type { Measured } from './measure.ts'

export type Shape = { sessions: number; spectatorsEach: number; seconds: number; pace: Pace }

/** The same load on our server, and then on a bare relay that forwards texts as long as ours were. */
export async function besideRelay(
	stage: Stage,
	shape: Shape,
): Promise<{ ours: Measured; reference: Measured }> {
	const { spectatorsEach, pace, seconds } = shape
	const { server, database } = await products.start(stage)
	const { ids, gates } = await sessions.seeds(database)
	const roster = { sessions: await sessions.make(database, shape.sessions, ids), gates, spectatorsEach }

	const url = server.url.replace('http', 'ws')
	const target = { url, pid: server.pid, databasePid: database.pid }
	const ours = await play(stage, target, { ...roster, pace, seconds })
	stage.say(`ours: ${describe(ours)}`)
	await server.stop()
	await database.stop()

	const relay = await startBareServer(stage, { lengths: ours.rested.lengths })
	const reference = await play(stage, relay, { ...roster, pace, seconds })
	stage.say(`bare relay: ${describe(reference)}`)
	relay.stop()
	return { ours, reference }
}
