import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import type { ToMod } from '@speedfog/core/protocol/mod'
import type { Run } from '@speedfog/core/run/run-state'
import * as view from '@speedfog/core/run/view'

/** What the frames of one session show beside its run. */
export type Shown = {
	sessionId: string
	player: { name: string; displayName: string | null }
	seedId: string
	graph: SeedGraph
	/** graph.json as it was read, minified, in UTF-8. */
	graphJson: Buffer
	modConnected: boolean
	/** ISO 8601; null while no mod ever came. */
	modChangedAt: string | null
}

/**
 * Writes the frames of one session. Once a second one is written for every run, so what changes only with
 * a zone or a death is kept as text, and the figures are put between.
 */
export class Frames {
	readonly #shown: Shown
	#kept = ''
	#keptFor: Pick<Run, 'history' | 'current' | 'reached' | 'status'> | undefined

	constructor(shown: Shown) {
		this.#shown = shown
	}

	authOk(run: Run): string {
		const { sessionId, graph, seedId } = this.#shown
		const frame = {
			type: 'auth_ok',
			participant_id: sessionId,
			race: view.race(run, sessionId),
			seed: view.seedForMod(graph, seedId),
		}
		return `${opened(frame)},"participants":[${this.#participant(run)}]}`
	}

	/** As bytes: to make text of a whole graph and bytes of that again would cost more than all else when many come at once. */
	raceState(run: Run): Buffer {
		const { sessionId, graph, seedId, graphJson } = this.#shown
		const seed = opened(view.seedForSpectator(graph, seedId, undefined))
		const race = JSON.stringify(view.race(run, sessionId))
		const participants = `[${this.#watchedParticipant(run, true)}]`
		return Buffer.concat([
			Buffer.from(`{"type":"race_state","race":${race},"seed":${seed},"graph_json":`),
			graphJson,
			Buffer.from(`},"participants":${participants}}`),
		])
	}

	zoneUpdate(run: Run, nodeId: string): string {
		return write(view.zoneUpdate(this.#shown.graph, run, nodeId))
	}

	currentZoneUpdate(run: Run): string {
		return write(view.currentZoneUpdate(this.#shown.graph, run))
	}

	oldSaveUpdate(run: Run, nodeId: string): string {
		return write(view.oldSaveUpdate(this.#shown.graph, run, nodeId))
	}

	raceStatusChange(run: Run): string {
		const { status, started_at } = view.race(run, this.#shown.sessionId)
		return write({ type: 'race_status_change', status, started_at })
	}

	leaderboardForMod(run: Run): string {
		return leaderboard(this.#participant(run))
	}

	leaderboardForSpectators(run: Run, withVisits: boolean): string {
		return leaderboard(this.#watchedParticipant(run, withVisits))
	}

	#participant(run: Run): string {
		return `${this.#openParticipant(run)}}`
	}

	#watchedParticipant(run: Run, withVisits: boolean): string {
		const { modChangedAt } = this.#shown
		const changedAt = modChangedAt === null ? 'null' : `"${modChangedAt}"`
		const oldSave = run.connection?.oldSave ? ',"old_save":true' : ''
		const visits = withVisits ? `,"visits":${JSON.stringify(view.visits(run.visits))}` : ''
		return `${this.#openParticipant(run)},"mod_changed_at":${changedAt}${oldSave}${visits}}`
	}

	#openParticipant(run: Run): string {
		const { modConnected } = this.#shown
		return `${this.#keep(run)},"igt_ms":${run.igtMs},"death_count":${run.deaths},"mod_connected":${modConnected}`
	}

	/** All of a participant but the figures, still open at its end. */
	#keep(run: Run): string {
		const kept = this.#keptFor
		const isFresh =
			kept !== undefined &&
			kept.history === run.history &&
			kept.current === run.current &&
			kept.reached === run.reached &&
			kept.status === run.status
		if (!isFresh) {
			const { history, current, reached, status } = run
			this.#keptFor = { history, current, reached, status }
			this.#kept = this.#write(run)
		}
		return this.#kept
	}

	#write(run: Run): string {
		const { graph, sessionId, player } = this.#shown
		const { igt_ms, death_count, mod_connected, ...rest } = view.participant(graph, run, {
			sessionId,
			...player,
			modConnected: false,
			modChangedAt: null,
		})
		return opened(rest)
	}
}

function write(frame: ToMod): string {
	return JSON.stringify(frame)
}

/** An object's JSON without its closing brace. */
function opened(value: object): string {
	return JSON.stringify(value).slice(0, -1)
}

function leaderboard(participant: string): string {
	return `{"type":"leaderboard_update","participants":[${participant}],"leader_splits":null}`
}
