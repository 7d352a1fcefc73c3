import type { Session } from '@speedfog/core/protocol/training'

/** Layers as people count them, from 1: none before the game first reported, all when finished. */
export function layersReached(run: Pick<Session, 'current_layer' | 'igt_ms' | 'seed_total_layers'>): number {
	const begun = run.igt_ms > 0 || run.current_layer > 0
	return begun ? Math.min(run.current_layer + 1, run.seed_total_layers) : 0
}

/** Both lists as one, newest first; of a run in both the later word counts. */
export function merge(known: readonly Session[], fresh: readonly Session[]): Session[] {
	const byId = new Map([...known, ...fresh].map((run) => [run.id, run]))
	return [...byId.values()].sort((a, b) => b.created_at.localeCompare(a.created_at))
}
