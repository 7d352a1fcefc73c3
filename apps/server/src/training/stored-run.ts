import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import { restore } from '@speedfog/core/run/run'
import type { Run, Visit } from '@speedfog/core/run/run-state'
import type { Database } from '#database/database.ts'
import { together } from '#database/together.ts'
import * as seeds from '#seeds/seeds.ts'
import type { Seed } from '#seeds/seeds.ts'

/** A session as the database has it: whose it is, on which seed, and the run so far. */
export type StoredRun = {
	sessionId: string
	userId: string
	player: { name: string; displayName: string | null }
	seedId: string
	seed: Seed
	modChangedAtMs: number | null
	where: Where
	/** No server has it, alive or not: nobody can write it without taking it first. */
	isFree: boolean
	run: Run
}

/** Which server has the session; null when none that lives has. */
export type Where = { status: Run['status']; fence: number; holder: string | null }

type Row = {
	id: string
	user_id: string
	seed_id: string
	status: Run['status']
	simulated: boolean
	igt_ms: number
	deaths: number
	deaths_highest: number
	era: number
	current_seq: number | null
	ack_seq: number
	mod_changed_at: Date | null
	mod_fence: number
	mod_holder: string | null
	is_held: boolean
	created_at: Date
	finished_at: Date | null
	name: string
	display_name: string | null
	visits: [
		seq: number,
		era: number,
		node: string,
		from: string | null,
		flag: number | null,
		igt: number,
		deaths: number,
	][]
	flags: [flag: number, igt: number][]
	fact_count: number
}

// One statement, so that all parts are of one moment.
const select = {
	name: 'stored_runs',
	text: `
		select s.id, s.user_id, s.seed_id, s.status, s.simulated, s.igt_ms, s.deaths, s.deaths_highest, s.era,
			s.current_seq, s.ack_seq, s.mod_changed_at, s.created_at, s.finished_at, u.name, u.display_name,
			s.mod_fence, s.mod_holder, coalesce(r.lease_until > now(), false) as is_held,
			(
				select coalesce(json_agg(json_build_array(
					v.seq, v.era, v.node_id, v.from_node_id, v.flag_id, v.igt_ms, v.deaths
				)), '[]') from visits v where v.session_id = s.id
			) as visits,
			(
				select coalesce(json_agg(json_build_array(e.flag_id, e.igt_ms) order by e.number), '[]')
				from run_events e
				where e.session_id = s.id and e.flag_id is not null and e.kind in ('flag', 'late_flag')
			) as flags,
			(
				select coalesce(max(e.number) + 1, 0) from run_events e where e.session_id = s.id
			) as fact_count
		from training_sessions s join users u on u.id = s.user_id left join replicas r on r.id = s.mod_holder
		where s.id = any($1::uuid[])`,
}

/** Finds runs as they were stored last, many with one question; undefined where there is no such session. */
export function loader(db: Database): (sessionId: string) => Promise<StoredRun | undefined> {
	const find = together((ids: readonly string[]) => findAll(db, ids))
	return async (sessionId) => {
		const row = await find(sessionId)
		return row && storedRun(db, row)
	}
}

async function findAll({ pool }: Database, ids: readonly string[]): Promise<(Row | undefined)[]> {
	const { rows } = await pool.query<Row>({ ...select, values: [ids] })
	const found = new Map(rows.map((row) => [row.id, row]))
	return ids.map((id) => found.get(id))
}

async function storedRun(db: Database, row: Row): Promise<StoredRun> {
	const seed = await seeds.graphOf(db.kysely, row.seed_id)
	return {
		sessionId: row.id,
		userId: row.user_id,
		player: { name: row.name, displayName: row.display_name },
		seedId: row.seed_id,
		seed,
		modChangedAtMs: row.mod_changed_at && row.mod_changed_at.getTime(),
		where: { status: row.status, fence: row.mod_fence, holder: row.is_held ? row.mod_holder : null },
		isFree: row.mod_holder === null,
		run: runOf(row, seed.graph),
	}
}

function runOf(row: Row, graph: SeedGraph): Run {
	return restore(graph, {
		status: row.status,
		simulated: row.simulated,
		createdAtMs: row.created_at.getTime(),
		finishedAtMs: row.finished_at && row.finished_at.getTime(),
		igtMs: row.igt_ms,
		deaths: row.deaths,
		deathsHighest: row.deaths_highest,
		era: row.era,
		factCount: row.fact_count,
		ackSeq: row.ack_seq,
		currentSeq: row.current_seq,
		visits: row.visits.map(([seq, era, nodeId, fromNodeId, flagId, igtMs, deaths]): Visit => ({
			seq,
			era,
			nodeId,
			fromNodeId,
			flagId,
			igtMs,
			deaths,
		})),
		recordedFlags: row.flags.map(([flagId, igtMs]) => ({ flagId, igtMs })),
	})
}
