import type { SessionDetail } from '@speedfog/core/protocol/training'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '../apps/companion/src/config.ts'
import type { Config } from '../apps/companion/src/config.ts'
import { readPack } from '../apps/companion/src/pack.ts'
import type { Simulated } from '../apps/companion/src/simulate.ts'
import type { Player } from './player.ts'

/** A run that was started, and what its pack says. */
export type BegunRun = { session: SessionDetail; config: Config; graphJson: string }

/** What a server must show of a visit. */
export type Visited = { node_id: string; flag_id: number | null; igt_ms: number; deaths: number }

/** `folder` is where the pack may lie meanwhile. */
export async function begin(
	player: Player,
	{ pool, folder }: { pool: string; folder: string },
): Promise<BegunRun> {
	const session = await player.start(pool)
	const file = join(folder, `${session.id}.zip`)
	await writeFile(file, await player.pack(session.id))
	const read = await readPack(file)
	await rm(file)
	if (!read.ok || !read.pack.config || !read.pack.graphJson) throw new Error('no pack')
	const config = readConfig(read.pack.config.text, read.pack.config.file)
	if (!config.ok) throw new Error(config.problem)
	return { session, config: config.config, graphJson: read.pack.graphJson }
}

export function visitsOf({ visits }: SessionDetail): Visited[] {
	return visits.map(({ node_id, flag_id, igt_ms, deaths }) => ({ node_id, flag_id, igt_ms, deaths }))
}

/** What a simulated game played, in the same form. */
export function playedVisits({ visits }: Simulated['route']): Visited[] {
	return visits.map(({ nodeId, flagId, igtMs, deaths }) => ({
		node_id: nodeId,
		flag_id: flagId,
		igt_ms: igtMs,
		deaths,
	}))
}
