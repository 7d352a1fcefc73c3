import type { ExportedAccount } from '@speedfog/core/protocol/export'
import type { Kysely } from 'kysely'
import type { Tables } from '#database/schema.ts'
import type { User } from './tokens.ts'

/** All that is kept of a user here, but for the hashes of tokens. */
export async function exported(db: Kysely<Tables>, user: User): Promise<ExportedAccount> {
	const tokens = await db
		.selectFrom('tokens')
		.select(['id', 'kind', 'label', 'created_at', 'last_used_at', 'expires_at'])
		.where('user_id', '=', user.id)
		.orderBy('created_at')
		.orderBy('id')
		.execute()
	const ofKind = (wanted: 'device' | 'api') =>
		tokens.filter(({ kind }) => kind === wanted).map(({ kind: _, ...token }) => withTexts(token))
	return {
		user: withTexts(user),
		devices: ofKind('device'),
		api_tokens: ofKind('api'),
	}
}

/** With everything that is the user's: tokens, runs, visits, events. */
export async function remove(db: Kysely<Tables>, userId: string): Promise<void> {
	await db.deleteFrom('users').where('id', '=', userId).execute()
}

type Texts<Row> = {
	[Key in keyof Row]: Row[Key] extends Date ? string : Row[Key] extends Date | null ? string | null : Row[Key]
}

function withTexts<Row extends object>(row: Row): Texts<Row> {
	const entries = Object.entries(row).map(([key, value]) => [
		key,
		value instanceof Date ? value.toISOString() : (value as unknown),
	])
	return Object.fromEntries(entries) as Texts<Row>
}
