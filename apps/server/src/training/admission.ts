import type { SessionStatus } from '@speedfog/core/protocol/shapes'
import type { Database } from '#database/database.ts'
import { together } from '#database/together.ts'
import type { Clock } from '#live/clock.ts'
import type { Traffic } from '#live/traffic.ts'
import type { Log } from '#log.ts'
import type { Guarded } from './access.ts'
import type { LiveSession } from './live-session.ts'
import type { TokenLinks } from './token-links.ts'
import type { Trace } from './trace.ts'

/** What the mods and spectators at the door need. */
export type Door = {
	clock: Clock
	log: Log
	traffic: Traffic
	/** Whether the token is this session's; costs no look into the database. */
	isModToken(sessionId: string, token: string): boolean
	/** Whose API or device token this is. */
	findUserByToken(token: string): Promise<{ id: string } | undefined>
	/** One read by the primary key, which is all that a refusal costs; undefined for an unknown session. */
	find(sessionId: string): Promise<Admission | undefined>
	/** The session, in memory until it is let go of; undefined for an unknown one. */
	acquire(sessionId: string): Promise<LiveSession | undefined>
	letGo(session: LiveSession): void
	/** Who is here by a token. */
	tokenLinks: TokenLinks
	traceOf(sessionId: string): Trace
}

/** What decides whether a socket is let in to a session. */
type Admission = Guarded & { status: SessionStatus }

type Row = { id: string; user_id: string; share_hash: Buffer | null; status: SessionStatus }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const select = {
	name: 'admissions',
	text: 'select id, user_id, share_hash, status from training_sessions where id = any($1::uuid[])',
}

/** Ids are lower-case UUIDs; whatever else stands in an address is no session's. */
export function isSessionId(text: string): boolean {
	return UUID.test(text)
}

/** Finds what decides, for many with one question; undefined for an unknown session. */
export function finder(db: Database): Door['find'] {
	return together((ids: readonly string[]) => findAll(db, ids))
}

async function findAll({ pool }: Database, ids: readonly string[]): Promise<(Admission | undefined)[]> {
	const { rows } = await pool.query<Row>({ ...select, values: [ids.filter(isSessionId)] })
	const found = new Map(rows.map((row) => [row.id, row]))
	return ids.map((id) => {
		const row = found.get(id)
		return row && { userId: row.user_id, shareHash: row.share_hash, status: row.status }
	})
}
