import { createHash, randomBytes } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import type { BuiltGraph } from '@speedfog/core/graph/testing'
import type { Database } from '#database/database.ts'
import type { SignedIn } from '#live/upgrade.ts'

/** Rows that a test needs around its sessions. */
export type Rows = {
	userId: string
	/** The user, by a device's cookie. */
	signedIn: SignedIn
	seedId: string
	/** A new active session of the user on the seed. */
	session(createdAt?: Date): Promise<string>
	/** What the database holds of a session now. */
	stored(sessionId: string): Promise<Stored>
}

type Stored = {
	status: string
	igtMs: number
	deaths: number
	ackSeq: number
	currentLayer: number
	visits: { node: string; from: string | null; flag: number | null; igtMs: number; deaths: number }[]
	events: { kind: string; flag: number | null; igtMs: number | null; node: string | null }[]
}

export async function makeRows({ kysely }: Database, { json, graph }: BuiltGraph): Promise<Rows> {
	const userId = uuidv7()
	await kysely
		.insertInto('users')
		.values({ id: userId, provider: 'local', name: `runner_${randomBytes(4).toString('hex')}` })
		.execute()
	const signedIn = { userId, tokenHash: randomBytes(32) }
	await kysely
		.insertInto('tokens')
		.values({ id: uuidv7(), user_id: userId, kind: 'device', label: 'test', hash: signedIn.tokenHash })
		.execute()
	const seedId = uuidv7()
	const graphJson = JSON.stringify(json)
	await kysely
		.insertInto('seeds')
		.values({
			id: seedId,
			pool: 'training_test',
			slug: randomBytes(6).toString('hex'),
			file: 'training_test/seed.zip',
			file_size: 1,
			file_mtime_ms: 0,
			status: 'available',
			version: graph.version,
			total_layers: graph.totalLayers,
			total_nodes: graph.totalNodes,
			total_paths: graph.totalPaths,
			graph_json: graphJson,
			graph_sha256: createHash('sha256').update(graphJson).digest(),
		})
		.execute()

	return {
		userId,
		signedIn,
		seedId,
		async session(createdAt = new Date()) {
			const id = uuidv7()
			await kysely
				.insertInto('training_sessions')
				.values({ id, user_id: userId, seed_id: seedId, created_at: createdAt })
				.execute()
			return id
		},
		async stored(sessionId) {
			const session = await kysely
				.selectFrom('training_sessions')
				.selectAll()
				.where('id', '=', sessionId)
				.executeTakeFirstOrThrow()
			const visits = await kysely
				.selectFrom('visits')
				.selectAll()
				.where('session_id', '=', sessionId)
				.orderBy('seq')
				.execute()
			const events = await kysely
				.selectFrom('run_events')
				.selectAll()
				.where('session_id', '=', sessionId)
				.orderBy('number')
				.execute()
			return {
				status: session.status,
				igtMs: session.igt_ms,
				deaths: session.deaths,
				ackSeq: session.ack_seq,
				currentLayer: session.current_layer,
				visits: visits.map((visit) => ({
					node: visit.node_id,
					from: visit.from_node_id,
					flag: visit.flag_id,
					igtMs: visit.igt_ms,
					deaths: visit.deaths,
				})),
				events: events.map((event) => ({
					kind: event.kind,
					flag: event.flag_id,
					igtMs: event.igt_ms,
					node: event.node_id,
				})),
			}
		},
	}
}
