import type { SessionStatus } from '@speedfog/core/protocol/shapes'
import type { Database } from '#database/database.ts'
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
export type Admission = Guarded & { status: SessionStatus }

type Row = { user_id: string; share_hash: Buffer | null; status: SessionStatus }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const select = {
	name: 'admission',
	text: 'select user_id, share_hash, status from training_sessions where id = $1',
}

/** Ids are lower-case UUIDs; whatever else stands in an address is no session's. */
export function isSessionId(text: string): boolean {
	return UUID.test(text)
}

export async function find({ pool }: Database, sessionId: string): Promise<Admission | undefined> {
	if (!isSessionId(sessionId)) return undefined
	const { rows } = await pool.query<Row>({ ...select, values: [sessionId] })
	const row = rows[0]
	return row && { userId: row.user_id, shareHash: row.share_hash, status: row.status }
}
