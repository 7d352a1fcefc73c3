import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signIn } from '../../e2e/player.ts'
import { Load } from '../load/load.ts'
import * as requests from '../load/requests.ts'
import type { Requests } from '../load/requests.ts'
import { median } from '../machine/figures.ts'
import { cpuSeconds } from '../machine/processes.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import { startBareServer } from '../reference/reference.ts'
import type { Row } from '../report.ts'
import type { Bench, Stage } from '../stage.ts'

const MOST = 4
const ROUNDS = 6
const GATES = 12

const options = { requests: 3_000 }

export const bench: Bench<typeof options> = {
	about: 'A run in the middle, asked for over REST, against the same bytes without any work',
	options,
	async run(stage, { requests: count }) {
		const { server, database } = await products.start(stage)
		const player = await signIn(server.url, 'runner')
		const { id, seed_id } = await player.start('training_standard')
		const { gates, ids } = await sessions.seeds(database)
		await playABit(stage, server.url, { id, gates: gates[ids.indexOf(seed_id)]! })

		const rows: Row[] = []
		for (const graph of [true, false]) {
			const path = `/api/training/${id}?graph=${graph}`
			const ours = { pid: server.pid, path, to: requests.to(server.url, player) }
			const { body } = await requests.to(server.url, { ...player, keeps: true }).get(path)
			const file = join(stage.folder, `detail-${graph}.json`)
			writeFileSync(file, body!)
			const bare = await startBareServer(stage, { file })
			const to = requests.to(bare.httpUrl)
			const targets = [ours, { pid: bare.pid, path: '/memory', to }, { pid: bare.pid, path: '/raw', to }]
			const [own, memory, raw] = await alternate(targets, count)
			bare.stop()
			const what = `${body!.length} bytes, ${graph ? 'with' : 'without'} graph`
			rows.push(
				{
					what: `${what}: time, against a file`,
					unit: 'ms',
					ours: own!.ms,
					reference: raw!.ms,
					...(graph ? { must: `≤ ${MOST} ×`, holds: own!.ms <= MOST * raw!.ms } : {}),
				},
				{ what: `${what}: time, against bytes in memory`, unit: 'ms', ours: own!.ms, reference: memory!.ms },
				{ what: `${what}: CPU, against a file`, unit: 'µs', ours: own!.cpuUs, reference: raw!.cpuUs },
				{
					what: `${what}: CPU, against bytes in memory`,
					unit: 'µs',
					ours: own!.cpuUs,
					reference: memory!.cpuUs,
				},
			)
		}
		return rows
	},
}

type Target = { pid: number; path: string; to: Requests }

/** Median time and mean CPU of a request to each, in turns, so that a busy moment of the machine meets all. */
async function alternate(targets: Target[], count: number): Promise<{ ms: number; cpuUs: number }[]> {
	const found = targets.map(() => ({ ms: [] as number[], cpuSeconds: 0 }))
	const each = Math.ceil(count / ROUNDS)
	// The first round is forgotten: its code was not compiled yet.
	for (let round = 0; round <= ROUNDS; round++) {
		for (const [index, { pid, path, to }] of targets.entries()) {
			const before = cpuSeconds(pid)
			for (let request = 0; request < each; request++) {
				const { status, ms } = await to.get(path)
				if (status !== 200) throw new Error(`${path}: ${status}`)
				if (round > 0) found[index]!.ms.push(ms)
			}
			if (round > 0) found[index]!.cpuSeconds += cpuSeconds(pid) - before
		}
	}
	return found.map(({ ms, cpuSeconds }) => ({ ms: median(ms), cpuUs: (cpuSeconds / ms.length) * 1e6 }))
}

async function playABit(
	stage: Stage,
	url: string,
	{ id, gates }: { id: string; gates: number[] },
): Promise<void> {
	const load = new Load(stage)
	await load.connect({
		url: url.replace('http', 'ws'),
		sessions: [{ id, modToken: sessions.modToken(id), shareToken: '', seed: 0 }],
		gates: [gates.slice(0, GATES)],
		spectatorsEach: 0,
	})
	await load.race(2)
	await load.leave()
}
