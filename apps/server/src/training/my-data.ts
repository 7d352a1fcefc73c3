import type { ExportedSession } from '@speedfog/core/protocol/export'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import * as accounts from '#accounts/accounts.ts'
import type { User } from '#accounts/accounts.ts'
import type { Tables } from '#database/schema.ts'
import type { TrainingDeps } from './training.ts'

const PAGE = 50

/** The user's archive as the pieces of one JSON text: no more than one run is in memory. */
export async function* exportOf({ db, clock }: TrainingDeps, user: User): AsyncGenerator<string> {
	const account = await accounts.exported(db.kysely, user)
	const head = {
		format: 'speedfog-training',
		version: 1,
		exported_at: new Date(clock()).toISOString(),
		...account,
	}
	yield `${JSON.stringify(head).slice(0, -1)},"sessions":[`
	let separator = '\n'
	for await (const row of sessions(db.kysely, user.id)) {
		yield `${separator}${JSON.stringify(await sessionOf(db.kysely, row))}`
		separator = ',\n'
	}
	yield '\n]}\n'
}

/** Ends the runs under way, so that their games are told, then removes the user with everything that is his. */
export async function erase({ db, live }: TrainingDeps, user: User): Promise<void> {
	const active = await db.kysely
		.selectFrom('training_sessions')
		.select('id')
		.where('user_id', '=', user.id)
		.where('status', '=', 'active')
		.execute()
	await Promise.all(active.map(({ id }) => live.abandon(id)))
	await accounts.remove(db.kysely, user.id)
	await live.dismissUser(user.id)
}

type Row = Awaited<ReturnType<typeof page>>[number]

async function* sessions(db: Kysely<Tables>, userId: string): AsyncGenerator<Row> {
	for (let after: string | undefined; ;) {
		const rows = await page(db, userId, after)
		yield* rows
		after = rows.at(-1)?.id
		if (rows.length < PAGE) return
	}
}

async function page(db: Kysely<Tables>, userId: string, after: string | undefined) {
	const query = db
		.selectFrom('training_sessions as session')
		.innerJoin('seeds as seed', 'seed.id', 'session.seed_id')
		.select([
			'session.id',
			'session.status',
			'session.simulated',
			'session.seed_id',
			'session.igt_ms',
			'session.deaths',
			'session.deaths_highest',
			'session.era',
			'session.current_seq',
			'session.current_layer',
			'session.ack_seq',
			'session.overlay_settings',
			'session.share_hash',
			'session.created_at',
			'session.finished_at',
			'session.mod_changed_at',
			'session.pack_downloaded_at',
			'seed.pool as pool_name',
			'seed.slug as seed_number',
		])
		.where('session.user_id', '=', userId)
		.orderBy('session.created_at', 'desc')
		.orderBy('session.id', 'desc')
		.limit(PAGE)
	if (after === undefined) return query.execute()
	const last = sql`(select last.created_at, last.id from training_sessions last where last.id = ${after})`
	return query.where(sql<boolean>`(session.created_at, session.id) < ${last}`).execute()
}

async function sessionOf(db: Kysely<Tables>, row: Row): Promise<ExportedSession> {
	const { share_hash, created_at, finished_at, mod_changed_at, pack_downloaded_at, ...plain } = row
	const visits = await db
		.selectFrom('visits')
		.select(['seq', 'era', 'node_id', 'from_node_id', 'flag_id', 'igt_ms', 'deaths'])
		.where('session_id', '=', row.id)
		.orderBy('seq')
		.execute()
	const events = await db
		.selectFrom('run_events')
		.select(['number', 'kind', 'flag_id', 'igt_ms', 'node_id', 'detail', 'connection_id', 'received_at'])
		.where('session_id', '=', row.id)
		.orderBy('number')
		.execute()
	return {
		...plain,
		shared: share_hash !== null,
		created_at: created_at.toISOString(),
		finished_at: iso(finished_at),
		mod_changed_at: iso(mod_changed_at),
		pack_downloaded_at: iso(pack_downloaded_at),
		visits,
		events: events.map((event) => ({ ...event, received_at: event.received_at.toISOString() })),
	}
}

function iso(at: Date | null): string | null {
	return at && at.toISOString()
}
