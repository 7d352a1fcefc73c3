import { Load } from '../load/load.ts'
import * as disk from '../machine/disk.ts'
import { median, percentile } from '../machine/figures.ts'
import { cpuSeconds, familyCpuSeconds } from '../machine/processes.ts'
import type { Database } from '../product/database.ts'
import * as madeSeed from '../product/made-seed.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import * as oneByOne from '../reference/one-by-one.ts'
import type { Row } from '../report.ts'
import type { Bench, Stage } from '../stage.ts'

/** On a disk that flushes quicker than this, a shared flush saves little: then a plain number is asked for. */
const QUICK_FSYNC_MS = 0.3
const LEAST = { times: 5, flagsASecond: 5_000 }
const WARM_UP_SECONDS = 5
/** As wide and as deep as a real seed. */
const LAYERS = [2, 3, 3, 2, 3, 3, 2, 3, 2]

const options = { sessions: 500, seconds: 30 }

export const bench: Bench<typeof options> = {
	about: 'Gates that are answered, after their commit, with one in flight for each session',
	options,
	async run(stage, { sessions: count, seconds }) {
		const { server, database } = await products.start(stage)
		const fsyncMs = await disk.fsyncMs(stage.folder)
		const seed = await madeSeed.make(database, LAYERS)
		const roster = await sessions.make(database, count, [seed.id])

		const load = new Load(stage)
		await load.connect({
			url: server.url.replace('http', 'ws'),
			sessions: roster,
			gates: [seed.gates],
			spectatorsEach: 0,
		})
		await load.race(WARM_UP_SECONDS)
		const before = { own: cpuSeconds(server.pid), database: familyCpuSeconds(database.pid) }
		const { answered, seconds: took, latenciesMs } = await load.race(seconds)
		const own = cpuSeconds(server.pid) - before.own
		const ofDatabase = familyCpuSeconds(database.pid) - before.database
		stage.say(
			`${answered} flags in ${took.toFixed(1)} s; CPU ${own.toFixed(1)} s, its database ${ofDatabase.toFixed(1)} s`,
		)
		await load.leave()
		await server.stop()

		const [spare] = await sessions.make(database, 1, [seed.id])
		const reference = await referenceOf(stage, database, { sessionId: spare!.id, seconds })
		return rows(stage, { ours: answered / took, reference, fsyncMs, latenciesMs })
	},
}

async function referenceOf(
	stage: Stage,
	{ pool }: Database,
	{ sessionId, seconds }: { sessionId: string; seconds: number },
): Promise<number> {
	const client = await pool.connect()
	const transactions = await oneByOne.transactions(client, sessionId, seconds / 2)
	const statements = await oneByOne.statements(client, sessionId, seconds / 2)
	client.release()
	stage.say(
		`one by one: ${transactions.toFixed(0)}/s as transactions, ${statements.toFixed(0)}/s as one statement each`,
	)
	return transactions
}

type Found = { ours: number; reference: number; fsyncMs: number; latenciesMs: number[] }

function rows(stage: Stage, { ours, reference, fsyncMs, latenciesMs }: Found): Row[] {
	const isQuick = fsyncMs < QUICK_FSYNC_MS
	stage.say(`an fsync costs ${fsyncMs.toFixed(3)} ms here`)
	return [
		{
			what: 'flags answered',
			unit: '/s',
			ours,
			reference,
			must: isQuick ? `≥ ${LEAST.flagsASecond} /s` : `≥ ${LEAST.times} ×`,
			holds: isQuick ? ours >= LEAST.flagsASecond : ours >= LEAST.times * reference,
		},
		{ what: 'time to the answer, median', unit: 'ms', ours: median(latenciesMs) },
		{ what: 'time to the answer, p99', unit: 'ms', ours: percentile(latenciesMs, 0.99) },
	]
}
