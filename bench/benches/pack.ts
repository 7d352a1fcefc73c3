import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { signIn } from '../../e2e/player.ts'
import type { Roster } from '../load/commands.ts'
import { Load } from '../load/load.ts'
import { usualPace } from '../load/measure.ts'
import * as requests from '../load/requests.ts'
import type { Requests } from '../load/requests.ts'
import { median, percentile } from '../machine/figures.ts'
import { rssBytes, watchRss } from '../machine/processes.ts'
import * as bigSeeds from '../product/big-seeds.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import { startBareServer } from '../reference/reference.ts'
import type { Row } from '../report.ts'
import type { Bench, Stage } from '../stage.ts'

const LEAST_THROUGHPUT = 0.85
const MOST = { growthMib: 32, firstByteMs: 50, slowest: 1.5, besideP99: 2 }
const ROUNDS = 3
const MIB = 1024 * 1024
/** The mods beside the downloads. */
const MODS = 100
const BESIDE_MS = 5_000

const options = { mebibytes: 1_024, parallel: 50, parallelmebibytes: 64 }

export const bench: Bench<typeof options> = {
	about: 'A big pack against its file as it is; then many at once, beside mods that play',
	options,
	async run(stage, { mebibytes, parallel, parallelmebibytes }) {
		const pools = join(stage.folder, 'pools')
		const files = await bigSeeds.make(pools, {
			training_standard: mebibytes,
			training_sprint: parallelmebibytes,
		})
		const { server, database } = await products.start(stage, { SEEDS_POOL_DIR: pools })
		const player = await signIn(server.url, 'runner')
		const [big, small] = [await player.start('training_standard'), await player.start('training_sprint')]
		const ours = { pid: server.pid, to: requests.to(server.url, player) }
		const bare = await startBareServer(stage, { file: files.training_standard! })
		const one = await oneByOne(stage, {
			ours: { ...ours, path: `/api/training/${big.id}/pack` },
			reference: { pid: bare.pid, to: requests.to(bare.httpUrl), path: '/raw' },
		})
		bare.stop()

		const { ids, gates } = await sessions.seeds(database)
		const roster = { sessions: await sessions.make(database, MODS, ids), gates, spectatorsEach: 1 }
		const path = `/api/training/${small.id}/pack`
		const url = server.url.replace('http', 'ws')
		const many = await beside(stage, { url, roster, count: parallel, to: ours.to, path })
		const other = await startBareServer(stage, { lengths: many.lengths, file: files.training_sprint! })
		const to = requests.to(other.httpUrl)
		const reference = await beside(stage, { url: other.url, roster, count: parallel, to, path: '/raw' })
		other.stop()
		return [...one, ...rowsOfMany(many, reference, `${parallel} × ${parallelmebibytes} MiB at once`)]
	},
}

type Source = { pid: number; to: Requests; path: string }

async function oneByOne(stage: Stage, sources: { ours: Source; reference: Source }): Promise<Row[]> {
	const { ours, reference } = sources
	const before = rssBytes(ours.pid)
	const stopWatching = watchRss(ours.pid)
	const found = { ours: [] as number[], reference: [] as number[], firstByteMs: [] as number[] }
	for (let round = 0; round < ROUNDS; round++) {
		const { firstByteMs, ...own } = await download(ours)
		found.ours.push(own.mibASecond)
		found.firstByteMs.push(firstByteMs)
		found.reference.push((await download(reference)).mibASecond)
	}
	const growthMib = (stopWatching() - before) / MIB
	stage.say(
		`MiB/s: ours ${found.ours.map(Math.round).join(' ')}, raw ${found.reference.map(Math.round).join(' ')}`,
	)
	const [own, raw, firstByteMs] = [median(found.ours), median(found.reference), median(found.firstByteMs)]
	return [
		{
			what: 'one pack',
			unit: 'MiB/s',
			ours: own,
			reference: raw,
			must: `≥ ${LEAST_THROUGHPUT} ×`,
			holds: own >= LEAST_THROUGHPUT * raw,
		},
		{
			what: 'until its first byte',
			unit: 'ms',
			ours: firstByteMs,
			must: `< ${MOST.firstByteMs} ms`,
			holds: firstByteMs < MOST.firstByteMs,
		},
		{
			what: 'growth of memory meanwhile',
			unit: 'MiB',
			ours: growthMib,
			must: `< ${MOST.growthMib} MiB`,
			holds: growthMib < MOST.growthMib,
		},
	]
}

async function download({ to, path }: Source) {
	const { status, bytes, ms, firstByteMs } = await to.get(path)
	if (status !== 200) throw new Error(`${path}: ${status}`)
	return { mibASecond: bytes / MIB / (ms / 1_000), firstByteMs, ms }
}

type Beside = { url: string; roster: Omit<Roster, 'url'>; count: number; to: Requests; path: string }

/** Mods that play, alone at first and then beside downloads. */
async function beside(stage: Stage, { url, roster, count, to, path }: Beside) {
	const load = new Load(stage)
	await load.connect({ ...roster, url })
	await load.play({ ...usualPace, gateEveryMs: 0 })
	await sleep(BESIDE_MS)
	const alone = await load.count()
	const times = await Promise.all(Array.from({ length: count }, () => download({ pid: 0, to, path })))
	const { latenciesMs } = await load.count()
	const { lengths } = await load.rest()
	await load.leave()
	const taken = times.map(({ ms }) => ms)
	return {
		lengths,
		aloneP99Ms: percentile(alone.latenciesMs, 0.99),
		p99Ms: percentile(latenciesMs, 0.99),
		medianMs: median(taken),
		slowestMs: Math.max(...taken),
	}
}

type Many = Awaited<ReturnType<typeof beside>>

function rowsOfMany(ours: Many, reference: Many, what: string): Row[] {
	return [
		{
			what: `${what}: the slowest over their median`,
			unit: '×',
			ours: ours.slowestMs / ours.medianMs,
			reference: reference.slowestMs / reference.medianMs,
			must: `≤ ${MOST.slowest}`,
			holds: ours.slowestMs <= MOST.slowest * ours.medianMs,
		},
		{
			what: `${what}: p99 of mods beside, against the bare server's`,
			unit: 'ms',
			ours: ours.p99Ms,
			reference: reference.p99Ms,
			must: `≤ ${MOST.besideP99} ×`,
			holds: ours.p99Ms <= MOST.besideP99 * reference.p99Ms,
		},
		{ what: 'p99 of the mods alone', unit: 'ms', ours: ours.aloneP99Ms, reference: reference.aloneP99Ms },
	]
}
