import type { OutMessage, QueueRecord } from './queue.ts'
import type { Notice, Report } from './tracker.ts'

/** What the outbox is to keep of a report: in the wire's words, without the `seq`. */
export function toRecords(report: Report): QueueRecord[] {
	switch (report.type) {
		case 'status_update': {
			const { type, igtMs, deaths, mustKeep } = report
			return [{ type: 'add', message: { type, igt_ms: igtMs, death_count: deaths }, mustKeep }]
		}
		case 'event_flag':
			return [{ type: 'add', message: toFlag(report) }]
		case 'hold':
			return [{ type: 'hold', message: toFlag(report) }]
		case 'zone_query': {
			const message: OutMessage = { type: 'zone_query' }
			if (report.mapId !== null) message.map_id = report.mapId
			if (report.position !== null) message.position = report.position
			if (report.playRegionId !== null) message.play_region_id = report.playRegionId
			return [{ type: 'add', message }]
		}
		case 'release':
		case 'character':
		case 'forget':
			return [report]
		case 'notice':
			return []
	}
}

/** What the player is told. */
export const sentences: Record<Notice, string> = {
	other_character: 'Another character than the one of this run: nothing of it is reported',
	wrong_save: 'This save was played before the run was made: start a new character',
	older_save: 'An older save was loaded: the run goes on from there',
	new_game_plus: 'New game plus: the run goes on, but its gates are closed again',
}

function toFlag({ flagId, igtMs }: { flagId: number; igtMs: number }): OutMessage {
	return { type: 'event_flag', flag_id: flagId, igt_ms: igtMs }
}
