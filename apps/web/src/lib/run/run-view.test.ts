import { describe, expect, it } from 'vitest'
import type { SessionDetail } from '@speedfog/core/protocol/training'
import type { Watched } from '$lib/live/watched.ts'
import { view } from './run-view.ts'

const visit = { node_id: 'a', from_node_id: null, flag_id: null, igt_ms: 0, deaths: 0 }
const detail = {
	status: 'active',
	igt_ms: 61_000,
	death_count: 2,
	current_layer: 1,
	seed_total_layers: 4,
	seed_total_nodes: 5,
	progress_nodes: [{ node_id: 'a', igt_ms: 0 }],
	visits: [visit],
	current_zone: 'a',
	mod_connected: false,
	mod_changed_at: '2026-05-20T12:00:00Z',
} as unknown as SessionDetail
const watched = {
	race: { status: 'running' },
	participant: {
		death_count: 3,
		current_layer: 2,
		current_zone: 'b',
		mod_connected: true,
		mod_changed_at: null,
		zone_history: [{}, {}],
		old_save: true,
	},
	visits: [visit, visit],
	totalLayers: 4,
	totalNodes: 5,
} as unknown as Watched

describe('the figures of a run’s page', () => {
	it('are those of the first call until the live connection has told', () => {
		expect(view(detail, null, 0)).toMatchObject({
			status: 'active',
			igtMs: 61_000,
			deaths: 2,
			layersReached: 2,
			nodesDiscovered: 1,
			modConnected: false,
			oldSave: false,
		})
	})

	it('are the live ones from then on', () => {
		expect(view(detail, watched, 64_500)).toMatchObject({
			status: 'active',
			igtMs: 64_500,
			deaths: 3,
			layersReached: 3,
			nodesDiscovered: 2,
			currentZone: 'b',
			modConnected: true,
			oldSave: true,
		})
	})

	it('count no layer before the game has reported', () => {
		expect(view({ ...detail, visits: [], current_layer: 0 }, null, 0).layersReached).toBe(0)
	})

	it('tell the end that the live connection told', () => {
		const over = { ...watched, race: { status: 'abandoned' } } as Watched
		expect(view(detail, over, 0).status).toBe('abandoned')
	})
})
