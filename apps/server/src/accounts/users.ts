import { OverlaySettings } from '@speedfog/core/protocol/accounts'
import type { Me, OverlayChanges, User as UserView } from '@speedfog/core/protocol/accounts'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { uuidv7 } from 'uuidv7'
import type { Config } from '#config.ts'
import type { Tables } from '#database/schema.ts'
import type { User } from './tokens.ts'
import type { Person } from './twitch.ts'

/** Names are told apart without case; the first spelling stays. */
export async function findOrCreateLocal(db: Kysely<Tables>, name: string, nowMs: number): Promise<User> {
	const now = new Date(nowMs)
	return db
		.insertInto('users')
		.values({ id: uuidv7(), provider: 'local', name, created_at: now, last_seen_at: now })
		.onConflict((conflict) =>
			conflict.expression(sql`provider, lower(name)`).doUpdateSet({ last_seen_at: now }),
		)
		.returningAll()
		.executeTakeFirstOrThrow()
}

/**
 * Twitch's id tells accounts apart; their names follow Twitch's. Who still has the name of somebody new was
 * renamed there and did not come back yet: that account waits under a name that nobody has at Twitch.
 */
export async function findOrCreateTwitch(db: Kysely<Tables>, person: Person, nowMs: number): Promise<User> {
	const now = new Date(nowMs)
	const { login: name, displayName: display_name, avatarUrl: avatar_url } = person
	return db.transaction().execute(async (transaction) => {
		await transaction
			.updateTable('users')
			.set({ name: sql`name || '-' || provider_id` })
			.where('provider', '=', 'twitch')
			.where(sql<boolean>`lower(name) = lower(${name})`)
			.where('provider_id', '!=', person.id)
			.execute()
		return transaction
			.insertInto('users')
			.values({
				id: uuidv7(),
				provider: 'twitch',
				provider_id: person.id,
				...{ name, display_name, avatar_url, created_at: now, last_seen_at: now },
			})
			.onConflict((conflict) =>
				conflict
					.columns(['provider', 'provider_id'])
					.where('provider_id', 'is not', null)
					.doUpdateSet({ name, display_name, avatar_url, last_seen_at: now }),
			)
			.returningAll()
			.executeTakeFirstOrThrow()
	})
}

export async function changeSettings(
	db: Kysely<Tables>,
	userId: string,
	changes: OverlayChanges,
): Promise<User> {
	return db
		.updateTable('users')
		.set({ overlay_settings: sql`overlay_settings || ${JSON.stringify(changes)}::jsonb` })
		.where('id', '=', userId)
		.returningAll()
		.executeTakeFirstOrThrow()
}

/** A user as others see them; the fields carry Twitch's name also where accounts are local. */
export function view({ id, name, display_name, avatar_url }: Named): UserView {
	return { id, twitch_username: name, twitch_display_name: display_name, twitch_avatar_url: avatar_url }
}

type Named = Pick<User, 'id' | 'name' | 'display_name' | 'avatar_url'>

export function viewMe(user: User, config: Pick<Config, 'adminUsers'>): Me {
	return {
		...view(user),
		is_admin: isAdmin(user, config),
		created_at: user.created_at.toISOString(),
		overlay_settings: OverlaySettings.parse(user.overlay_settings),
	}
}

export function isAdmin(user: Pick<User, 'name'>, { adminUsers }: Pick<Config, 'adminUsers'>): boolean {
	return adminUsers.includes(user.name.toLowerCase())
}
