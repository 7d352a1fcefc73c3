import type { Kysely, Selectable } from 'kysely'
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type pg from 'pg'
import { uuidv7 } from 'uuidv7'
import type { Tables } from '#database/schema.ts'

export type Token = Omit<Selectable<Tables['tokens']>, 'hash'>
export type User = Selectable<Tables['users']>
export type Caller = { user: User; token: Token }

export const DEVICE_DAYS = 30
const DAY_MS = 86_400_000
const NOTED_EVERY_MS = 60_000
const SECRET_BYTES = 32

type NewToken = { userId: string; kind: Token['kind']; label: string; nowMs: number }

/** The secret is in the answer and nowhere else; the database keeps its hash. */
export async function create(db: Kysely<Tables>, { userId, kind, label, nowMs }: NewToken) {
	const secret = randomBytes(SECRET_BYTES).toString('base64url')
	const now = new Date(nowMs)
	const token = {
		id: uuidv7(),
		user_id: userId,
		kind,
		label,
		created_at: now,
		last_used_at: now,
		expires_at: kind === 'device' ? new Date(nowMs + DEVICE_DAYS * DAY_MS) : null,
	}
	await db
		.insertInto('tokens')
		.values({ ...token, hash: hash(secret) })
		.execute()
	return { secret, token }
}

type Presented = { secret: string; provider: User['provider']; nowMs: number }

type CallerRow = User & {
	hash: Buffer
	token_id: string
	kind: Token['kind']
	label: string
	token_created_at: Date
	last_used_at: Date
	expires_at: Date | null
}

// Every call begins with it: written once, and planned once by each connection.
const caller = {
	name: 'caller',
	text: `
		select owner.*, token.id as token_id, token.kind, token.label, token.hash,
			token.created_at as token_created_at, token.last_used_at, token.expires_at
		from tokens as token join users as owner on owner.id = token.user_id
		where token.hash = $1 and owner.provider = $2`,
}

/** Who this secret stands for; undefined when nobody, no longer, or somebody who signed in another way. */
export async function findCaller(pool: pg.Pool, presented: Presented): Promise<Caller | undefined> {
	const { secret, provider, nowMs } = presented
	const hashed = hash(secret)
	const { rows } = await pool.query<CallerRow>({ ...caller, values: [hashed, provider] })
	const row = rows[0]
	if (!row || !timingSafeEqual(row.hash, hashed)) return undefined
	if (row.expires_at && row.expires_at.getTime() <= nowMs) return undefined
	const { token_id, kind, label, hash: _, token_created_at, last_used_at, expires_at, ...user } = row
	const token = { id: token_id, user_id: user.id, kind, label, created_at: token_created_at }
	return { user, token: { ...token, last_used_at, expires_at } }
}

/** Notes the use at most once a minute; a device's thirty days then begin anew. True when it was noted. */
export async function noteUse(db: Kysely<Tables>, { user, token }: Caller, nowMs: number): Promise<boolean> {
	if (nowMs - token.last_used_at.getTime() < NOTED_EVERY_MS) return false
	const now = new Date(nowMs)
	const expiresAt = token.expires_at && new Date(nowMs + DEVICE_DAYS * DAY_MS)
	await db
		.with('used', (cte) =>
			cte
				.updateTable('tokens')
				.set({ last_used_at: now, expires_at: expiresAt })
				.where('id', '=', token.id)
				.returning('id'),
		)
		.updateTable('users')
		.set({ last_seen_at: now })
		.where('id', '=', user.id)
		.execute()
	return true
}

export async function list(
	db: Kysely<Tables>,
	userId: string,
	{ kind, nowMs }: { kind: Token['kind']; nowMs: number },
) {
	return db
		.selectFrom('tokens')
		.select(['id', 'label', 'created_at', 'last_used_at', 'expires_at'])
		.where('user_id', '=', userId)
		.where('kind', '=', kind)
		.where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', new Date(nowMs))]))
		.orderBy('created_at', 'desc')
		.orderBy('id', 'desc')
		.execute()
}

/** The hash of the token that is gone now; somebody else's stays. */
export async function revoke(
	db: Kysely<Tables>,
	userId: string,
	{ id, kind }: { id: string; kind: Token['kind'] },
): Promise<Buffer | 'foreign' | 'unknown'> {
	const found = await db
		.selectFrom('tokens')
		.select(['user_id', 'hash'])
		.where('id', '=', id)
		.where('kind', '=', kind)
		.executeTakeFirst()
	if (!found) return 'unknown'
	if (found.user_id !== userId) return 'foreign'
	await db.deleteFrom('tokens').where('id', '=', id).execute()
	return found.hash
}

export async function removeExpired(db: Kysely<Tables>, userId: string, nowMs: number): Promise<void> {
	await db
		.deleteFrom('tokens')
		.where('user_id', '=', userId)
		.where('expires_at', '<=', new Date(nowMs))
		.execute()
}

/** What the database keeps of a token. */
export function hash(secret: string): Buffer {
	return createHash('sha256').update(secret).digest()
}
