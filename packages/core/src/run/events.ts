import type { ModMessage } from '../protocol/mod.ts'
import type { GameplayEvent } from './run-state.ts'

/** A mod's message as an event of its run; null for what is no gameplay. Without `ack`, `seq` means nothing. */
export function fromMessage(
	message: ModMessage,
	{ atMs, ack }: { atMs: number; ack: boolean },
): GameplayEvent | null {
	switch (message.type) {
		case 'status_update': {
			const { type, igt_ms: igtMs, death_count: deaths, seq } = message
			return ack && seq !== undefined ? { type, atMs, igtMs, deaths, seq } : { type, atMs, igtMs, deaths }
		}
		case 'event_flag': {
			const { type, igt_ms: igtMs, flag_id: flagId, seq } = message
			return ack && seq !== undefined ? { type, atMs, igtMs, flagId, seq } : { type, atMs, igtMs, flagId }
		}
		case 'zone_query':
			return { type: message.type, atMs, mapId: message.map_id, graceEntityId: message.grace_entity_id }
		case 'finished':
			return { type: message.type, atMs, igtMs: message.igt_ms }
		case 'ready':
		case 'pong':
			return null
	}
}
