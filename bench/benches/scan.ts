import type { ScanState } from '@speedfog/core/protocol/admin'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { signIn } from '../../e2e/player.ts'
import * as requests from '../load/requests.ts'
import type { Requests } from '../load/requests.ts'
import { percentile } from '../machine/figures.ts'
import { cpuSeconds, familyCpuSeconds } from '../machine/processes.ts'
import * as manySeeds from '../product/many-seeds.ts'
import * as products from '../product/product.ts'
import { readBarely } from '../reference/bare-scan.ts'
import type { Bench } from '../stage.ts'

const MOST_S = 60
const ASKED_EVERY_MS = 20

const options = { seeds: 5_000, files: 300 }

export const bench: Bench<typeof options> = {
	about: 'Reading a pool of many seeds, while people ask for other things',
	options,
	async run(stage, { seeds, files }) {
		const made = join(stage.folder, 'made')
		const pools = join(stage.folder, 'pools')
		await manySeeds.make(made, { seeds, files })
		await manySeeds.make(join(pools, 'few'), { seeds: 1, files: 1 })
		const env = { SEEDS_POOL_DIR: pools, ADMIN_USERS: 'admin' }
		const { server, database } = await products.start(stage, env)
		const { token } = await signIn(server.url, 'admin')
		const to = requests.to(server.url, { token, keeps: true })
		renameSync(made, join(pools, 'many'))

		const before = { own: cpuSeconds(server.pid), database: familyCpuSeconds(database.pid) }
		const first = await scan(to, seeds)
		const ownCpu = cpuSeconds(server.pid) - before.own
		const databaseCpu = familyCpuSeconds(database.pid) - before.database
		const again = await scan(to, 0)
		const bare = await readBarely(join(pools, 'many'))

		await server.stop()
		await database.pool.query('delete from seeds')
		const startedMs = performance.now()
		await products.startServer(stage, database, env)
		const readyS = (performance.now() - startedMs) / 1_000

		return [
			{
				what: `${seeds} seeds of ${files} files, against reading their graphs alone`,
				unit: 's',
				ours: first.seconds,
				reference: bare.seconds,
				must: `< ${MOST_S} s`,
				holds: first.seconds < MOST_S,
			},
			{ what: 'CPU of the server', unit: 's', ours: ownCpu, reference: bare.cpuSeconds },
			{ what: 'CPU of the database', unit: 's', ours: databaseCpu },
			{ what: 'p99 of answers meanwhile', unit: 'ms', ours: percentile(first.answersMs, 0.99) },
			{ what: 'a second look, which finds nothing new', unit: 's', ours: again.seconds },
			{ what: 'until a server that has all to read is ready', unit: 's', ours: readyS },
		]
	},
}

/** Asks how far it is until it is done. */
async function scan(to: Requests, expected: number) {
	const startedMs = performance.now()
	const answersMs: number[] = []
	const { status } = await to.post('/api/admin/seeds/scan', {})
	if (status !== 202) throw new Error(`a scan was answered by ${status}`)
	for (;;) {
		const { body, ms } = await to.get('/api/admin/seeds/scan')
		answersMs.push(ms)
		const { state, pools } = JSON.parse(body!.toString()) as ScanState
		if (state === 'done') {
			const added = Object.values(pools).reduce((sum, pool) => sum + pool.added, 0)
			if (added !== expected)
				throw new Error(`${added} seeds were added, not ${expected}: ${body!.toString()}`)
			return { seconds: (performance.now() - startedMs) / 1_000, answersMs }
		}
		if (state === 'failed') throw new Error('the scan failed')
		await sleep(ASKED_EVERY_MS)
	}
}
