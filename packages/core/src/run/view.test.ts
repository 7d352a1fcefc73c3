import { describe, expect, test } from 'vitest'
import { diamond } from '../graph/testing.ts'
import { play } from './testing.ts'
import * as view from './view.ts'

const built = diamond({
	patch: (json) => {
		json.care_package = [{ type: 4, id: 11_400, name: 'Ash' }]
	},
})
const { graph, flag, finishFlag } = built
const player = {
	sessionId: '6f1c3c5e-0000-4000-8000-000000000001',
	name: 'mira',
	displayName: null,
	modConnected: true,
	modChangedAt: '2026-01-01T00:00:00.000Z',
}
const inShaft = () =>
	play(graph)
		.connect()
		.status(1_500)
		.pass(flag('quay', 'abbey'), 60_000)
		.status(70_000, 2)
		.pass(flag('abbey', 'shaft'), 120_000)

describe('the participant', () => {
	test('before the first message has no zone and an empty history, never null', () => {
		expect(view.participant(graph, play(graph).run, player)).toEqual({
			id: player.sessionId,
			twitch_username: 'mira',
			twitch_display_name: null,
			status: 'playing',
			current_zone: null,
			current_layer: 0,
			current_layer_tier: null,
			igt_ms: 0,
			death_count: 0,
			color_index: 0,
			mod_connected: true,
			zone_history: [],
			gap_ms: null,
			layer_entry_igt: null,
		})
	})

	test('[P21] shows the real layer, tier, zone, times, deaths and history', () => {
		expect(view.participant(graph, inShaft().run, player)).toMatchObject({
			status: 'playing',
			current_zone: 'shaft',
			current_layer: 2,
			current_layer_tier: 7,
			igt_ms: 120_000,
			death_count: 2,
			zone_history: [
				{ node_id: 'quay', igt_ms: 0 },
				{ node_id: 'abbey', igt_ms: 60_000, deaths: 2 },
				{ node_id: 'shaft', igt_ms: 120_000 },
			],
			layer_entry_igt: 120_000,
		})
		expect(view.zoneHistory(inShaft().run.history)[0]).toEqual({ node_id: 'quay', igt_ms: 0 })
	})

	test('back in an earlier zone keeps the highest layer and shows the tier of the present zone', () => {
		const { run } = inShaft().query({ mapId: 'm90_00_00_00' })
		expect(view.participant(graph, run, player)).toMatchObject({
			current_zone: 'quay',
			current_layer: 2,
			current_layer_tier: 1,
			layer_entry_igt: 120_000,
		})
	})

	test('[P16] finished, has reached all layers', () => {
		const { run } = inShaft().flag(finishFlag, 260_000)
		expect(view.participant(graph, run, player)).toMatchObject({
			status: 'finished',
			current_layer: 4,
			current_zone: 'shaft',
			igt_ms: 260_000,
			layer_entry_igt: 120_000,
		})
	})

	test('shows spectators the visits when asked to, and an old save while there is one', () => {
		const { run } = inShaft()
		const watched = view.watchedParticipant(graph, run, player, { withVisits: true })
		expect(watched.mod_changed_at).toBe(player.modChangedAt)
		expect(watched.visits?.[1]).toEqual({
			node_id: 'abbey',
			from_node_id: 'quay',
			flag_id: flag('quay', 'abbey'),
			igt_ms: 60_000,
			deaths: 2,
		})
		expect(watched).not.toHaveProperty('old_save')
		const quiet = view.watchedParticipant(
			graph,
			{ ...run, connection: { ...run.connection!, oldSave: true } },
			player,
			{ withVisits: false },
		)
		expect(quiet).not.toHaveProperty('visits')
		expect(quiet).toMatchObject({ old_save: true })
	})
})

describe('zones', () => {
	test('an update shows tier and exits, and which of them lead to a known zone', () => {
		const { run } = inShaft()
		expect(view.zoneUpdate(graph, run, 'quay')).toEqual({
			type: 'zone_update',
			node_id: 'quay',
			display_name: 'Quay',
			tier: 1,
			original_tier: 1,
			exits: [
				{ text: 'gate to the grotto', to_name: 'Grotto', discovered: false },
				{ text: 'gate to the abbey', to_name: 'Abbey', discovered: true },
			],
		})
	})

	test('[P5] the greeting shows the start node of a run that has not begun', () => {
		expect(view.currentZoneUpdate(graph, play(graph).run).node_id).toBe('quay')
		expect(view.currentZoneUpdate(graph, inShaft().run).node_id).toBe('shaft')
	})

	test('[P18] an old save is shown in the place of the zone name, without exits', () => {
		expect(view.oldSaveUpdate(graph, inShaft().run, 'shaft')).toMatchObject({
			node_id: 'shaft',
			display_name: 'Old save: restart game, new character',
			exits: [],
		})
	})
})

test('the race is running while the session is active', () => {
	const { run } = play(graph)
	expect(view.race(run, player.sessionId)).toEqual({
		id: player.sessionId,
		name: 'Training',
		status: 'running',
		started_at: '2026-01-01T00:00:00.000Z',
		seeds_released_at: null,
	})
	expect(view.race(inShaft().abandon().run, player.sessionId).status).toBe('abandoned')
})

test('a mod gets the flags and no graph, a spectator the graph and no flags', () => {
	const figures = { seed_id: 's', total_layers: 4, total_nodes: 5, total_paths: 2 }
	expect(view.seedForMod(graph, 's')).toEqual({
		...figures,
		graph_json: null,
		event_ids: [...graph.eventIds],
		finish_event: finishFlag,
		spawn_items: [{ id: 11_400, qty: 1 }],
	})
	expect(view.seedForSpectator(graph, 's', built.json)).toEqual({
		...figures,
		graph_json: built.json,
		event_ids: [],
		finish_event: null,
		spawn_items: [],
	})
})
