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

/**
 * What a call wants to know besides who makes it, found by the same statement: `text` gives one row at most, whose first
 * column is never null, and its parameters begin at `$3`.
 */
export type Beside = { name: string; text: string; values: unknown[] }

type Row = Record<string, unknown>

// By name: a statement that is planned must not change its columns when a newer release adds some.
const USER = [
	'id',
	'provider',
	'provider_id',
	'name',
	'display_name',
	'avatar_url',
	'overlay_settings',
	'created_at',
	'last_seen_at',
]
const TOKEN = ['id', 'user_id', 'kind', 'label', 'hash', 'created_at', 'last_used_at', 'expires_at']
const COLUMNS = [...USER.map((name) => `owner.${name}`), ...TOKEN.map((name) => `token.${name}`)]

/** Who this secret stands for; undefined when nobody, no longer, or somebody who signed in another way. */
export async function findCaller(
	pool: pg.Pool,
	{ secret, provider, nowMs }: Presented,
	beside?: Beside,
): Promise<{ caller: Caller; beside: Row | undefined } | undefined> {
	const hashed = hash(secret)
	// Both parts have an id and a name, hence rows without names.
	const { rows, fields } = await pool.query<unknown[]>({
		// Nearly every call begins with it: planned once by each connection.
		name: beside ? `caller_and_${beside.name}` : 'caller',
		text: `
			select ${COLUMNS.join(', ')}${beside ? ', beside.*' : ''}
			from tokens as token join users as owner on owner.id = token.user_id
			${beside ? `left join lateral (${beside.text}) as beside on true` : ''}
			where token.hash = $1 and owner.provider = $2`,
		values: [hashed, provider, ...(beside?.values ?? [])],
		rowMode: 'array',
	})
	const row = rows[0]
	if (!row) return undefined
	const user = named(USER, row) as User
	const { hash: stored, ...token } = named(TOKEN, row.slice(USER.length)) as Token & { hash: Buffer }
	if (!timingSafeEqual(stored, hashed)) return undefined
	if (token.expires_at && token.expires_at.getTime() <= nowMs) return undefined
	const others = row.slice(COLUMNS.length)
	const names = fields.slice(COLUMNS.length).map(({ name }) => name)
	return { caller: { user, token }, beside: (others[0] ?? null) === null ? undefined : named(names, others) }
}

function named(names: readonly string[], values: readonly unknown[]): Row {
	return Object.fromEntries(names.map((name, index) => [name, values[index]]))
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

/** Ends the device session of this secret; the hash of its token, where there was one. */
export async function endDevice(db: Kysely<Tables>, secret: string): Promise<Buffer | undefined> {
	const ended = await db
		.deleteFrom('tokens')
		.where('hash', '=', hash(secret))
		.where('kind', '=', 'device')
		.returning('hash')
		.executeTakeFirst()
	return ended?.hash
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
