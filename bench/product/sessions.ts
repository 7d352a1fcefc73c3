import { readGraph } from '@speedfog/core/graph/read-graph'
import { createHash, createHmac } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import type { RosterSession } from '../load/commands.ts'
import type { Database } from './database.ts'
import { SECRET_KEY } from './product.ts'

const PLAYERS = 200

/** New active sessions over all seeds, each shared, so that anybody can watch it. */
export async function make(
	{ pool }: Database,
	count: number,
	seedIds: readonly string[],
): Promise<RosterSession[]> {
	const users = Array.from({ length: PLAYERS }, () => uuidv7())
	await pool.query(
		`insert into users (id, provider, name)
			select id, 'local', 'runner_' || n from unnest($1::uuid[]) with ordinality as u (id, n)
			on conflict do nothing`,
		[users],
	)
	const { rows: players } = await pool.query<{ id: string }>(
		`select id from users where name like 'runner\\_%' order by id`,
	)
	const sessions = Array.from({ length: count }, (_, index) => {
		const id = uuidv7()
		return {
			id,
			modToken: modToken(id),
			shareToken: `share-${id}`,
			seed: index % seedIds.length,
		}
	})
	await pool.query(
		`insert into training_sessions (id, user_id, seed_id, share_hash)
			select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[])`,
		[
			sessions.map(({ id }) => id),
			sessions.map((_, index) => players[index % players.length]!.id),
			sessions.map(({ seed }) => seedIds[seed]!),
			sessions.map(({ shareToken }) => createHash('sha256').update(shareToken).digest()),
		],
	)
	return sessions
}

/** What the pack of a session holds. */
export function modToken(sessionId: string): string {
	return createHmac('sha256', SECRET_KEY).update(sessionId).digest('base64url')
}

export type Seeds = { ids: string[]; gates: number[][] }

/** The seeds that the server knows, with a flag of each node but the start, layer by layer. */
export async function seeds({ pool }: Database): Promise<Seeds> {
	const { rows } = await pool.query<{ id: string; graph_json: string }>(
		`select id, graph_json from seeds where pool like 'training%' and status = 'available' order by id`,
	)
	return { ids: rows.map(({ id }) => id), gates: rows.map(({ graph_json }) => gatesOf(graph_json)) }
}

function gatesOf(graphJson: string): number[] {
	const read = readGraph(JSON.parse(graphJson))
	if (!read.ok) throw new Error(read.reasons.join('; '))
	const { nodes, nodeOfFlag, finishFlag, startNode } = read.graph
	const flagOf = new Map([...nodeOfFlag].map(([flag, node]) => [node, flag]))
	return [...nodes.values()]
		.filter(({ id }) => id !== startNode)
		.sort((one, other) => one.layer - other.layer)
		.flatMap(({ id }) => flagOf.get(id) ?? [])
		.filter((flag) => flag !== finishFlag)
}
