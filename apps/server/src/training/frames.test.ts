import { describe, expect, it } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { apply, begin } from '@speedfog/core/run/run'
import type { Run, RunEvent } from '@speedfog/core/run/run-state'
import * as view from '@speedfog/core/run/view'
import { Frames } from './frames.ts'
import type { Shown } from './frames.ts'

const { graph, json, flag, finishFlag } = diamond()
const shown: Shown = {
	sessionId: '0198a0a0-0000-7000-8000-000000000001',
	player: { name: 'runner', displayName: 'Läufer "城"' },
	seedId: '0198a0a0-0000-7000-8000-000000000002',
	graph,
	graphJson: Buffer.from(JSON.stringify(json)),
	modConnected: false,
	modChangedAt: null,
}

/** A run of many kinds of change, each of its states. */
function states(): Run[] {
	const atMs = Date.UTC(2026, 0, 1)
	const events: RunEvent[] = [
		{ type: 'connect', atMs },
		{ type: 'status_update', atMs, igtMs: 1_000, deaths: 0 },
		{ type: 'status_update', atMs, igtMs: 2_000, deaths: 1 },
		{ type: 'event_flag', atMs, flagId: flag('quay', 'abbey'), igtMs: 3_000 },
		{ type: 'wake', atMs: atMs + 300 },
		{ type: 'status_update', atMs: atMs + 400, igtMs: 4_000, deaths: 3 },
		{ type: 'event_flag', atMs: atMs + 500, flagId: flag('abbey', 'shaft'), igtMs: 5_000 },
		{ type: 'zone_query', atMs: atMs + 600, mapId: 'm90_00_00_00' },
		{ type: 'event_flag', atMs: atMs + 700, flagId: finishFlag, igtMs: 6_000 },
		{ type: 'disconnect', atMs: atMs + 800 },
	]
	const runs = [begin({ createdAtMs: atMs, simulated: false })]
	for (const event of events) runs.push(apply(graph, runs.at(-1)!, event).run)
	return runs
}

describe('the frames that are put together from text', () => {
	const kept: Shown = { ...shown }
	const frames = new Frames(kept)

	it('are what the view says, after every change', () => {
		for (const [index, run] of states().entries()) {
			kept.modConnected = index % 2 === 0
			kept.modChangedAt = index === 0 ? null : new Date(Date.UTC(2026, 0, 1) + index).toISOString()
			const player = {
				sessionId: kept.sessionId,
				...kept.player,
				modConnected: kept.modConnected,
				modChangedAt: kept.modChangedAt,
			}
			for (const withVisits of [true, false]) {
				expect(JSON.parse(frames.leaderboardForSpectators(run, withVisits))).toEqual({
					type: 'leaderboard_update',
					participants: [view.watchedParticipant(graph, run, player, { withVisits })],
					leader_splits: null,
				})
			}
			expect(JSON.parse(frames.leaderboardForMod(run))).toEqual({
				type: 'leaderboard_update',
				participants: [view.participant(graph, run, player)],
				leader_splits: null,
			})
			expect(JSON.parse(frames.raceState(run).toString())).toEqual({
				type: 'race_state',
				race: view.race(run, kept.sessionId),
				seed: view.seedForSpectator(graph, kept.seedId, json),
				participants: [view.watchedParticipant(graph, run, player, { withVisits: true })],
			})
			expect(JSON.parse(frames.authOk(run))).toEqual({
				type: 'auth_ok',
				participant_id: kept.sessionId,
				race: view.race(run, kept.sessionId),
				seed: view.seedForMod(graph, kept.seedId),
				participants: [view.participant(graph, run, player)],
			})
		}
	})

	it('show an old save to spectators alone', () => {
		const [, connected] = states()
		const run = { ...connected!, connection: { ...connected!.connection!, oldSave: true } }
		const participantOf = (text: string) => (JSON.parse(text) as { participants: object[] }).participants[0]
		expect(participantOf(frames.leaderboardForSpectators(run, false))).toMatchObject({ old_save: true })
		expect(participantOf(frames.leaderboardForMod(run))).not.toHaveProperty('old_save')
	})
})
