import type pg from 'pg'
import { uuidv7 } from 'uuidv7'

// What a flag stores, as one would write it first: an event, a visit and the figures, from one connection.
// Parameters: session, number, connection, flag, IGT.

const event = `
	insert into run_events (session_id, number, connection_id, kind, flag_id, igt_ms, node_id, received_at)
	values ($1::uuid, $2::int, $3::uuid, 'flag', $4::bigint, $5::int, 'node', now())`

const visit = `
	insert into visits (session_id, seq, era, node_id, from_node_id, flag_id, igt_ms, deaths)
	values ($1::uuid, $2::int, 0, 'node', $3::uuid::text, $4::bigint, $5::int, 0)`

const figures = `
	update training_sessions set igt_ms = $5::int, deaths = $4::bigint % 2, current_seq = $2::int,
		mod_changed_at = case when $3::uuid is null then null else now() end
	where id = $1::uuid`

const FLAG = 1_040_292_800

/** How many a second, three statements between a begin and a commit. */
export function transactions(client: pg.PoolClient, sessionId: string, seconds: number): Promise<number> {
	return repeat(seconds, sessionId, 0, async (values) => {
		await client.query('begin')
		await client.query({ name: 'one_event', text: event, values })
		await client.query({ name: 'one_visit', text: visit, values })
		await client.query({ name: 'one_figures', text: figures, values })
		await client.query('commit')
	})
}

/** How many a second, all three in one statement, which is its own transaction. */
export function statements(client: pg.PoolClient, sessionId: string, seconds: number): Promise<number> {
	const text = `with noted as (${event}), visited as (${visit}) ${figures}`
	return repeat(seconds, sessionId, 1_000_000, async (values) => {
		await client.query({ name: 'one_statement', text, values })
	})
}

async function repeat(
	seconds: number,
	sessionId: string,
	firstNumber: number,
	store: (values: unknown[]) => Promise<void>,
): Promise<number> {
	const connection = uuidv7()
	const startedMs = performance.now()
	let stored = 0
	for (; performance.now() - startedMs < seconds * 1_000; stored++) {
		const number = firstNumber + stored
		await store([sessionId, number, connection, FLAG, number])
	}
	return stored / ((performance.now() - startedMs) / 1_000)
}
