import { describe, expect, it } from 'vitest'
import type { WatchedParticipant } from '@speedfog/core/protocol/shapes'
import type { ToSpectator } from '@speedfog/core/protocol/spectator'
import { apply } from './watched.ts'

const start = { node_id: 'harbor', from_node_id: null, flag_id: null, igt_ms: 0, deaths: 0 }
const cave = { node_id: 'cave', from_node_id: 'harbor', flag_id: 7, igt_ms: 60_000, deaths: 0 }

const participant = (change: Partial<WatchedParticipant> = {}): WatchedParticipant => ({
	id: 's1',
	twitch_username: 'mira',
	twitch_display_name: null,
	status: 'playing',
	current_zone: 'harbor',
	current_layer: 0,
	current_layer_tier: 1,
	igt_ms: 1_000,
	death_count: 0,
	color_index: 0,
	mod_connected: true,
	zone_history: [],
	gap_ms: null,
	layer_entry_igt: null,
	mod_changed_at: null,
	...change,
})
const state = (): ToSpectator => ({
	type: 'race_state',
	race: { id: 's1', name: 'Training', status: 'running', started_at: null, seeds_released_at: null },
	seed: {
		seed_id: 'x',
		total_layers: 4,
		graph_json: { nodes: { harbor: { type: 'start' } } },
		total_nodes: 5,
		total_paths: null,
		event_ids: [],
		finish_event: null,
		spawn_items: [],
	},
	participants: [participant({ visits: [start] })],
})
const update = (change: Partial<WatchedParticipant>): ToSpectator => ({
	type: 'leaderboard_update',
	participants: [participant(change)],
	leader_splits: null,
})

describe('what is known of a watched run', () => {
	it('[P51] begins with race_state; an update before it tells nothing', () => {
		expect(apply(null, update({ igt_ms: 5 }))).toBe(null)
		const watched = apply(null, state())
		expect(watched?.visits).toEqual([start])
		expect(watched?.graph.nodes.map((node) => node.id)).toEqual(['harbor'])
	})

	it('[P52] takes figures as they come and keeps the visits that an update leaves out', () => {
		const watched = apply(apply(null, state()), update({ igt_ms: 61_000, death_count: 2 }))
		expect(watched?.participant).toMatchObject({ igt_ms: 61_000, death_count: 2 })
		expect(watched?.visits).toEqual([start])
	})

	it('[P52] replaces the visits by those of an update that changes them', () => {
		const watched = apply(apply(null, state()), update({ visits: [start, cave] }))
		expect(watched?.visits).toEqual([start, cave])
	})

	it('[P52] follows the status', () => {
		const over = apply(apply(null, state()), {
			type: 'race_status_change',
			status: 'finished',
			started_at: null,
		})
		expect(over?.race.status).toBe('finished')
	})

	it('keeps the drawing over a reconnect', () => {
		const first = apply(null, state())
		expect(apply(first, state())?.graph).toBe(first?.graph)
	})
})
