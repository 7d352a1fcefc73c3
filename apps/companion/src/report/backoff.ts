import { close } from '@speedfog/core/protocol/close'

/** How a connection ended, or why there was none. */
export type Down = {
	/** The `message` of an `auth_error`. */
	refusal?: string
	/** The WebSocket close code; 1006 where there was no close frame. */
	code: number
	/** The HTTP status of a refused upgrade. */
	httpStatus?: number
	/** One sentence for people. */
	why: string
}

export type Next =
	/** `occupied`: another client reports this run. */
	{ do: 'retry'; afterMs: number; occupied: boolean } | { do: 'stop'; why: string }

const FIRST_MS = 1_000
const LONGEST_MS = 30_000
/** For servers that said that they have too much of us or of others. */
const REST_MS = 30_000
/** While another client reports, there is no hurry, and nothing that could be too much for the server. */
const OCCUPIED_MS = 30_000
const restCodes: readonly number[] = [close.abuse.code, close.tooSlow.code]
const restStatuses: readonly number[] = [429, 503]

const OCCUPIED = 'Already connected'

/**
 * What follows a lost connection: 1, 2, 4 … 30 s, ±20 %, or the end where no retry can help (P6). Where another client
 * reports the run, a look every 30 s.
 */
export function afterDown(down: Down, attempt: number, random: () => number): Next {
	if (isOccupied(down)) return { do: 'retry', afterMs: OCCUPIED_MS, occupied: true }
	const isBusy = restCodes.includes(down.code) || restStatuses.includes(down.httpStatus ?? 0)
	if (down.refusal !== undefined && !isBusy) return { do: 'stop', why: down.refusal }
	if (down.refusal === undefined && down.code === close.forbidden.code) return { do: 'stop', why: down.why }
	const ladderMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10))
	const afterMs = isBusy ? REST_MS * (1 + 0.2 * random()) : ladderMs * (0.8 + 0.4 * random())
	return { do: 'retry', afterMs: Math.round(afterMs), occupied: false }
}

/** Whether the server took us for a second client. */
export function isOccupied({ refusal }: Down): boolean {
	return refusal?.startsWith(OCCUPIED) ?? false
}
