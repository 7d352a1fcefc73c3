import { drawGraph } from '@speedfog/core/graph/testing'
import { seededRandom } from '@speedfog/core/testing'
import { createHash } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import type { Database } from './database.ts'

export type MadeSeed = { id: string; gates: number[]; finishFlag: number; watched: number }

/**
 * A seed of the 4.1 kind with layers of these widths, which nobody draws. The game clears its flags: they can be passed
 * again and again, so that a session never runs out of gates.
 */
export async function make({ pool }: Database, widths: readonly number[]): Promise<MadeSeed> {
	const { json, graph } = drawGraph(widths, seededRandom(1), 'temporary')
	const id = uuidv7()
	const text = JSON.stringify(json)
	const { version, totalLayers, totalNodes, totalPaths, nodeOfFlag, finishFlag, eventIds } = graph
	await pool.query(
		`insert into seeds (id, pool, slug, file, file_size, file_mtime_ms, status, version,
				total_layers, total_nodes, total_paths, graph_json, graph_sha256)
			values ($1::uuid, 'bench', $1::uuid::text, 'none', 1, 0, 'discarded', $2, $3, $4, $5, $6, $7)`,
		[id, version, totalLayers, totalNodes, totalPaths, text, createHash('sha256').update(text).digest()],
	)
	const gates = [...nodeOfFlag.keys()].filter((flag) => flag !== finishFlag)
	return { id, gates, finishFlag, watched: eventIds.length }
}
