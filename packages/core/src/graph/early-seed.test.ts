import { describe, expect, test } from 'vitest'
import { play } from '../run/testing.ts'
import * as view from '../run/view.ts'
import { readGraph } from './read-graph.ts'

/** Five nodes, six flags, two ways that meet again: the shape of early 2026. */
const lighthouse = {
	version: '4.1',
	seed: 90210,
	total_layers: 4,
	total_nodes: 5,
	total_zones: 6,
	total_paths: 2,
	options: { scale: true, shuffle: true },
	nodes: {
		lighthouse_1a2b: {
			type: 'start',
			display_name: 'Lighthouse',
			zones: ['lighthouse'],
			layer: 0,
			tier: 1,
			original_tier: null,
			weight: 1,
			exits: [
				{ fog_id: 'AEG099_010_9000', text: 'under the lamp', from: 'lighthouse', to: 'well_3c4d' },
				{ fog_id: 'AEG099_010_9001', text: 'cliff stairs', from: 'lighthouse', to: 'mill_5e6f' },
			],
			entrances: [],
		},
		well_3c4d: {
			type: 'mini_dungeon',
			display_name: 'Moor - Dry Well',
			zones: ['dry_well'],
			layer: 1,
			tier: 3,
			original_tier: 2,
			weight: 2,
			exits: [{ fog_id: 'AEG099_011_9000', text: 'past the rats', from: 'dry_well', to: 'vault_7a8b' }],
			entrances: [{ text: 'rope', from: 'lighthouse_1a2b', to: 'dry_well', to_text: 'Dry Well' }],
		},
		mill_5e6f: {
			type: 'legacy_dungeon',
			display_name: 'Moor - Old Mill',
			zones: ['mill', 'mill_loft'],
			layer: 1,
			tier: 6,
			original_tier: 11,
			weight: 9.5,
			exits: [
				{
					fog_id: '1036000009',
					text: 'loose plank',
					from: 'mill_loft',
					from_text: 'Moor - Old Mill - Loft',
					to: 'vault_7a8b',
				},
			],
			entrances: [{ text: 'mill door', from: 'lighthouse_1a2b', to: 'mill', to_text: 'Old Mill' }],
		},
		vault_7a8b: {
			type: 'boss_arena',
			display_name: 'Downs - Vault - Miller',
			zones: ['vault_boss'],
			layer: 2,
			tier: 10,
			original_tier: 10,
			weight: 1,
			exits: [{ fog_id: 'AEG099_012_9000', text: 'behind the Miller', from: 'vault_boss', to: 'seat_9c0d' }],
			entrances: [],
		},
		seat_9c0d: {
			type: 'final_boss',
			display_name: 'Summit - Seat',
			zones: ['seat'],
			layer: 3,
			tier: 19,
			original_tier: 16,
			weight: 5,
			exits: [],
			entrances: [],
		},
	},
	edges: [
		{ from: 'lighthouse_1a2b', to: 'well_3c4d' },
		{ from: 'lighthouse_1a2b', to: 'mill_5e6f' },
		{ from: 'well_3c4d', to: 'vault_7a8b' },
		{ from: 'mill_5e6f', to: 'vault_7a8b' },
		{ from: 'vault_7a8b', to: 'seat_9c0d' },
	],
	connections: [
		{
			exit_area: 'lighthouse',
			exit_gate: 'm80_00_00_00_AEG099_010_9000',
			entrance_area: 'dry_well',
			entrance_gate: 'm80_01_00_00_AEG099_011_9000',
			flag_id: 1040292800,
		},
	],
	event_map: {
		1040292800: 'well_3c4d',
		1040292801: 'mill_5e6f',
		1040292802: 'vault_7a8b',
		1040292803: 'vault_7a8b',
		1040292804: 'seat_9c0d',
	},
	final_node_flag: 1040292804,
	finish_event: 1040292805,
	care_package: [
		{ type: 0, id: 1000000, name: 'A sword' },
		{ type: 4, id: 11400, name: 'An ash' },
		{ type: 4, id: 0, name: 'nothing' },
	],
	remove_entities: [],
}

describe('a seed of early 2026', () => {
	const reading = readGraph(lighthouse)
	if (!reading.ok) throw new Error(reading.reasons.join('; '))
	const { graph } = reading

	test('is read without a warning', () => {
		expect(reading.warnings).toEqual([])
	})

	test('gives the mod all flags in order, and what it must hand out itself', () => {
		expect(graph.eventIds).toEqual([1040292800, 1040292801, 1040292802, 1040292803, 1040292804, 1040292805])
		expect(graph.finishFlag).toBe(1040292805)
		expect(graph.spawnItems).toEqual([{ id: 11400, qty: 1 }])
	})

	test('knows start, end, layers, nodes and paths', () => {
		expect(graph).toMatchObject({
			version: '4.1',
			startNode: 'lighthouse_1a2b',
			finalNode: 'seat_9c0d',
			totalLayers: 4,
			totalNodes: 5,
			totalPaths: 2,
		})
		expect(graph.nodes.get('lighthouse_1a2b')?.next).toEqual(['well_3c4d', 'mill_5e6f'])
	})

	test('is played from start to finish as its reader expects', () => {
		const script = play(graph).connect().status(1_500)
		const shown = () => {
			const { current_layer, current_layer_tier, zone_history } = view.participant(graph, script.run, {
				sessionId: '',
				name: '',
				displayName: null,
				modConnected: true,
				modChangedAt: null,
			})
			return [current_layer, current_layer_tier, zone_history.length]
		}
		expect(shown()).toEqual([0, 1, 1])
		script.pass(1040292801, 60_000)
		expect(shown()).toEqual([1, 6, 2])
		expect(view.zoneUpdate(graph, script.run, 'mill_5e6f')).toMatchObject({
			tier: 6,
			original_tier: 11,
			exits: [{ text: 'loose plank [Loft]', to_name: 'Downs - Vault - Miller', discovered: false }],
		})
		script.pass(1040292803, 120_000).pass(1040292802, 180_000)
		expect(shown()).toEqual([2, 10, 3])
		expect(script.run.visits).toHaveLength(4)
		script.pass(1040292804, 200_000)
		expect(shown()).toEqual([3, 19, 4])
		script.hush().pass(1040292999, 210_000)
		expect(script.tells.filter((tell) => tell.to !== 'log')).toEqual([])
		script.pass(1040292805, 260_000)
		expect(shown()).toEqual([4, 19, 4])
		expect(script.run).toMatchObject({ status: 'finished', igtMs: 260_000 })
	})
})
