import type { Clock } from '../clock.ts'
import type { Outbox } from './outbox.ts'
import { isDrained, nextNumber, type Entry } from './queue.ts'

/** Carries the outbox to the server, in order, and empties it as the server acknowledges. */
export type Courier = {
	/** A connection is up and greeted. */
	connected(send: (message: object) => void): void
	disconnected(): void
	acknowledged(seq: number): void
	/** There is something new in the outbox. */
	wake(): void
	/** Whether the server has all there is. */
	isDone(): boolean
}

/** `mod` as the released mod does it: no numbers, and what it cannot send at once it forgets. */
export type Manner = 'companion' | 'mod'

/** Of what waited while there was no connection, at most this many frames go out in a second (P40). */
const PER_SECOND = 25
/** A burst in play: with `PER_SECOND` on top it stays below what the server takes for abuse (P31). */
const BURST = 100
/** A server that knows `ack` says where it stands right after its greeting. */
const ACK_WITHIN_MS = 3_000

/**
 * A server that does not answer the wish for `ack` is sent everything at once, and the flags again after each
 * interruption, which it recognises (P14).
 */
export function createCourier(outbox: Outbox, manner: Manner, clock: Clock): Courier {
	let send: ((message: object) => void) | null = null
	let mode: 'waiting' | 'ack' | 'plain' = 'waiting'
	/** `id` of the last entry sent over this connection. */
	let sentId = 0
	let tokens = 0
	let countedAtMs = 0
	let cancelTimer = () => {}

	function wake() {
		if (!send && manner === 'mod') outbox.record({ type: 'drop' })
		if (!send || mode === 'waiting') return
		countTokens()
		for (const entry of outbox.queue().entries) {
			if (entry.id <= sentId) continue
			if (tokens < 1) {
				cancelTimer()
				cancelTimer = clock.after(Math.ceil((1 - tokens) * (1_000 / PER_SECOND)), wake)
				return
			}
			tokens -= 1
			sentId = entry.id
			send(toWire(entry, mode))
		}
		if (mode === 'plain' && outbox.queue().entries.some(isPassing)) {
			outbox.record({ type: manner === 'mod' ? 'drop' : 'sent' })
		}
	}

	const isPassing = ({ message }: Entry) => manner === 'mod' || message.type !== 'event_flag'

	function countTokens() {
		const now = clock.now()
		tokens = Math.max(0, Math.min(BURST, tokens + ((now - countedAtMs) * PER_SECOND) / 1_000))
		countedAtMs = now
	}

	function begin(as: 'ack' | 'plain', acked: number) {
		cancelTimer()
		mode = as
		outbox.record({ type: 'number', acked, from: nextNumber(outbox.queue(), acked) })
		tokens = outbox.queue().entries.length > 0 ? 1 : BURST
		countedAtMs = clock.now()
		wake()
	}

	return {
		connected(to) {
			send = to
			mode = 'waiting'
			sentId = 0
			cancelTimer()
			if (manner === 'mod') begin('plain', 0)
			else cancelTimer = clock.after(ACK_WITHIN_MS, () => begin('plain', 0))
		},
		disconnected() {
			send = null
			cancelTimer()
		},
		acknowledged(seq) {
			if (manner === 'mod') return
			if (mode === 'ack') outbox.record({ type: 'ack', seq })
			else begin('ack', seq)
		},
		wake,
		isDone() {
			const queue = outbox.queue()
			if (mode === 'ack') return isDrained(queue)
			return send !== null && mode === 'plain' && queue.entries.every(({ id }) => id <= sentId)
		},
	}
}

function toWire({ seq, message }: Entry, mode: 'ack' | 'plain'): object {
	return seq === null || mode === 'plain' ? message : { ...message, seq }
}
