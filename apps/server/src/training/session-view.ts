import type { PoolConfig } from '@speedfog/core/protocol/pools'
import type { Session, SessionDetail } from '@speedfog/core/protocol/training'
import type { HistoryEntry, Visit } from '@speedfog/core/run/run-state'
import { currentLayer, visits, zoneHistory } from '@speedfog/core/run/view'
import * as accounts from '#accounts/accounts.ts'
import type { LiveFigures } from './live.ts'
import type { SessionRow } from './queries.ts'

/** A session in a list: as stored, or as it is in memory where that is newer. */
export function session(row: SessionRow, live: LiveFigures | undefined): Session {
	return {
		id: row.id,
		user: accounts.view({ ...row, id: row.user_id }),
		pool_name: row.pool,
		created_at: row.created_at.toISOString(),
		seed_total_layers: row.total_layers,
		seed_total_nodes: row.total_nodes,
		pack_downloaded_at: row.pack_downloaded_at?.toISOString() ?? null,
		...(live ? liveFigures(row, live) : storedFigures(row)),
	}
}

/** The way so far: of the run in memory, or as stored. */
export type Way = { visits: readonly Visit[]; history: readonly HistoryEntry[]; currentZone: string | null }

export type DetailParts = {
	row: SessionRow
	live: LiveFigures | undefined
	way: Way
	poolConfig: PoolConfig | null
}

/** Without `graph_json`, which is kept as text. */
export function detail({ row, live, way, poolConfig }: DetailParts): Omit<SessionDetail, 'graph_json'> {
	const history = zoneHistory(way.history)
	return {
		...session(row, live),
		progress_nodes: history.length > 0 ? history : null,
		visits: visits(way.visits),
		current_zone: way.currentZone,
		seed_id: row.seed_id,
		seed_number: row.slug,
		seed_total_paths: row.total_paths,
		pool_config: poolConfig,
		shared: row.share_hash !== null,
	}
}

type Figures = Pick<
	Session,
	| 'status'
	| 'igt_ms'
	| 'death_count'
	| 'finished_at'
	| 'current_layer'
	| 'mod_connected'
	| 'mod_changed_at'
	| 'simulated'
>

function liveFigures(row: SessionRow, { run, modConnected, modChangedAtMs }: LiveFigures): Figures {
	return {
		status: run.status,
		igt_ms: run.igtMs,
		death_count: run.deaths,
		finished_at: iso(run.finishedAtMs),
		current_layer: currentLayer({ totalLayers: row.total_layers }, run),
		mod_connected: modConnected,
		mod_changed_at: iso(modChangedAtMs),
		simulated: run.simulated,
	}
}

function storedFigures(row: SessionRow): Figures {
	return {
		status: row.status,
		igt_ms: row.igt_ms,
		death_count: row.deaths,
		finished_at: iso(ms(row.finished_at)),
		current_layer: row.current_layer,
		mod_connected: row.mod_connected,
		mod_changed_at: iso(ms(row.mod_changed_at)),
		simulated: row.simulated,
	}
}

function ms(at: Date | null): number | null {
	return at && at.getTime()
}

function iso(atMs: number | null): string | null {
	return atMs === null ? null : new Date(atMs).toISOString()
}
