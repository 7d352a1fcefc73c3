import { signIn } from '../../e2e/player.ts'
import * as requests from '../load/requests.ts'
import type { Requests } from '../load/requests.ts'
import { median, percentile } from '../machine/figures.ts'
import type { Database } from '../product/database.ts'
import * as products from '../product/product.ts'
import type { Bench } from '../stage.ts'

const MOST = 1.5
const WARM_UP = 200
const POOL = 'training_standard'
/** Players with a past; the one who is measured is one of them. */
const PLAYERS = 500

const options = { past: 100_000, seeds: 5_000, starts: 400 }

export const bench: Bench<typeof options> = {
	about: 'Starting a run with a full database, against one that is nearly empty',
	options,
	async run(stage, { past, seeds, starts }) {
		const { server, database } = await products.start(stage)
		const player = await signIn(server.url, 'runner')
		const to = requests.to(server.url, { ...player, keeps: true })
		await measure(to, WARM_UP)
		const empty = await measure(to, starts)
		await fill(database, { past, seeds })
		// The list of a pool's seeds is kept for some seconds.
		await measure(to, WARM_UP)
		const full = await measure(to, starts)
		const [ours, reference] = [median(full), median(empty)]
		return [
			{
				what: `median with ${past} sessions and ${seeds} seeds`,
				unit: 'ms',
				ours,
				reference,
				must: `≤ ${MOST} ×`,
				holds: ours <= MOST * reference,
			},
			{ what: 'p95', unit: 'ms', ours: percentile(full, 0.95), reference: percentile(empty, 0.95) },
		]
	},
}

/** How long each start took; what was started is given up at once, for a player has only so many under way. */
async function measure(to: Requests, starts: number): Promise<number[]> {
	const taken: number[] = []
	for (let start = 0; start < starts; start++) {
		const { status, ms, body } = await to.post('/api/training', { pool_name: POOL })
		if (status !== 201) throw new Error(`a start was answered by ${status}: ${body}`)
		const { id } = JSON.parse(body!.toString()) as { id: string }
		const { status: abandoned } = await to.post(`/api/training/${id}/abandon`)
		if (abandoned !== 200) throw new Error(`an abandon was answered by ${abandoned}`)
		taken.push(ms)
	}
	return taken
}

/** Seeds of the pool with graphs of their own, and sessions on them, those of the player included. */
async function fill({ pool }: Database, { past, seeds }: { past: number; seeds: number }): Promise<void> {
	await pool.query(
		`insert into seeds (id, pool, slug, file, file_size, file_mtime_ms, status, version,
				total_layers, total_nodes, total_paths, graph_json, graph_sha256)
			select gen_random_uuid(), pool, 'copy_' || n, file, file_size, file_mtime_ms, status, version,
				total_layers, total_nodes, total_paths, graph_json, sha256(('copy' || n)::bytea)
			from (select * from seeds where pool = $1 limit 1) as one, generate_series(1, $2::int) as n`,
		[POOL, seeds],
	)
	await pool.query(
		`insert into users (id, provider, name)
			select gen_random_uuid(), 'local', 'past_' || n from generate_series(2, $1::int) as n`,
		[PLAYERS],
	)
	await pool.query(
		`with players as (select id, row_number() over (order by id) - 1 as n from users),
			places as (select id, row_number() over (order by id) - 1 as n from seeds where pool = $1)
		insert into training_sessions (id, user_id, seed_id, status, created_at, finished_at)
			select gen_random_uuid(), players.id, places.id, 'finished',
				now() - k * interval '1 minute', now() - k * interval '1 minute' + interval '1 hour'
			from generate_series(0, $2::int - 1) as k
			join players on players.n = k % (select count(*) from players)
			join places on places.n = (k * 7919) % (select count(*) from places)`,
		[POOL, past],
	)
	await pool.query('analyze')
}
