import type pg from 'pg'

// Changes of a session that this server does not hold. The condition in SQL decides; who holds it finds its
// next write refused, if it was not told before.

const abandonRow = `
	update training_sessions set status = 'abandoned' where id = $1 and status = 'active' returning igt_ms`

// A statement of its own, so that it sees what was committed while the one above waited for the row.
const abandonFact = `
	insert into run_events (session_id, number, kind, igt_ms, received_at)
	select $1, coalesce(max(number) + 1, 0), 'abandon', $2, to_timestamp($3 / 1000.0)
	from run_events where session_id = $1`

const simulate = `
	update training_sessions s set simulated = true, mod_fence = mod_fence + 1
	where id = $1 and status = 'active'
		and not exists (select 1 from replicas r where r.id = s.mod_holder and r.lease_until > now())
	returning id`

export async function abandon(
	pool: pg.Pool,
	sessionId: string,
	atMs: number,
): Promise<'abandoned' | 'not_active'> {
	const client = await pool.connect()
	try {
		await client.query('begin')
		const { rows } = await client.query<{ igt_ms: number }>(abandonRow, [sessionId])
		if (rows[0]) await client.query(abandonFact, [sessionId, rows[0].igt_ms, Math.round(atMs)])
		await client.query('commit')
		client.release()
		return rows[0] ? 'abandoned' : 'not_active'
	} catch (error) {
		// What was begun ends with the connection.
		client.release(true)
		throw error
	}
}

/** Also makes whoever thinks that it knows the run read it again. */
export async function markSimulated(
	pool: pg.Pool,
	sessionId: string,
): Promise<'marked' | 'not_active' | 'mod_connected'> {
	const { rows } = await pool.query(simulate, [sessionId])
	if (rows.length > 0) return 'marked'
	const status = 'select status from training_sessions where id = $1'
	const { rows: left } = await pool.query<{ status: string }>(status, [sessionId])
	return left[0]?.status === 'active' ? 'mod_connected' : 'not_active'
}
