import type { Character } from '../snapshot.ts'
import type { Memory, Watch } from './tracker.ts'

/** What the companion tells of the game; `seq` is added when it is sent (P40). */
export type OutMessage =
	| { type: 'status_update'; igt_ms: number; death_count: number }
	| { type: 'event_flag'; flag_id: number; igt_ms: number }
	| { type: 'zone_query'; map_id?: string; position?: readonly number[]; play_region_id?: number }

export type Entry = {
	/** Rises with every entry of this queue; tells two entries apart, is never sent. */
	id: number
	/** Null for a `zone_query`, which has none, and before the server said where it stands. */
	seq: number | null
	message: OutMessage
	/** A status that may not give way to the next one: deaths rose, or something fell. */
	mustKeep: boolean
}

/** All that happens to a queue; a line of the file each, so that reading the file gives the same queue. */
export type QueueRecord =
	/** A process began with this file. It does not know which of its numbers the server has seen. */
	| { type: 'opened' }
	| { type: 'watch'; watch: Watch; startedAtMs: number }
	| { type: 'character'; character: Character }
	| { type: 'add'; message: OutMessage; mustKeep?: boolean }
	| { type: 'hold'; message: OutMessage }
	| { type: 'release' }
	/** The server stands at `acked`; entries without a number get theirs from `from` on. */
	| { type: 'number'; acked: number; from: number }
	| { type: 'ack'; seq: number }
	/** Sent to a server without `ack`: what needs no answer is done. */
	| { type: 'sent' }
	/** What the released mod had to say while it was not connected, or just said. */
	| { type: 'drop' }
	| { type: 'forget'; flags: readonly number[] }
	/** Only in a file that was written anew. */
	| {
			type: 'state'
			reported: number[]
			nextSeq: number
			numbered: boolean
			entries: Entry[]
			held: OutMessage[]
	  }

export type Queue = {
	watch: Watch | null
	startedAtMs: number
	character: Character | null
	/** All flags ever taken up in this session. */
	reported: ReadonlySet<number>
	/** In the order of sending. */
	entries: readonly Entry[]
	held: readonly OutMessage[]
	nextId: number
	/** Higher than every number given so far. */
	nextSeq: number
	/** False until the server said where it stands: entries wait for their numbers. */
	numbered: boolean
}

export const empty: Queue = {
	watch: null,
	startedAtMs: 0,
	character: null,
	reported: new Set(),
	entries: [],
	held: [],
	nextId: 1,
	nextSeq: 1,
	numbered: false,
}

export function apply(queue: Queue, record: QueueRecord): Queue {
	switch (record.type) {
		case 'opened':
			return apply({ ...queue, numbered: false }, { type: 'release' })
		case 'watch':
			return { ...queue, watch: record.watch, startedAtMs: record.startedAtMs }
		case 'character':
			return { ...queue, character: record.character }
		case 'add':
			return add(queue, record.message, record.mustKeep ?? false)
		case 'hold':
			return { ...withReported(queue, record.message), held: [...queue.held, record.message] }
		case 'release':
			return queue.held.reduce<Queue>((released, message) => add(released, message, false), {
				...queue,
				held: [],
			})
		case 'number':
			return number(acknowledge(queue, record.acked), record.from)
		case 'ack':
			return acknowledge(queue, record.seq)
		case 'sent':
			return { ...queue, entries: queue.entries.filter(({ message }) => message.type === 'event_flag') }
		case 'drop':
			return { ...queue, entries: [] }
		case 'forget': {
			const reported = new Set(queue.reported)
			for (const flag of record.flags) reported.delete(flag)
			return { ...queue, reported, character: null }
		}
		case 'state':
			return {
				...queue,
				reported: new Set(record.reported),
				nextSeq: record.nextSeq,
				numbered: record.numbered,
				entries: record.entries,
				held: record.held,
				nextId: Math.max(0, ...record.entries.map(({ id }) => id)) + 1,
			}
	}
}

/** Whether everything numbered by rule has been acknowledged; a trailing `zone_query` never is. */
export function isDrained({ entries, held }: Queue): boolean {
	return held.length === 0 && entries.every(({ message }) => message.type === 'zone_query')
}

export function memoryOf(queue: Queue): Omit<Memory, 'knownIgtMs'> | null {
	const { watch, reported, character, startedAtMs } = queue
	return watch && { watch, reported, character, startedAtMs }
}

/** The number from which to count when the server stands at `acked`. */
export function nextNumber({ nextSeq }: Queue, acked: number): number {
	return Math.max(acked + 1, nextSeq)
}

function add(queue: Queue, message: OutMessage, mustKeep: boolean): Queue {
	const entry: Entry = { id: queue.nextId, seq: null, message, mustKeep }
	const next = { ...withReported(queue, message), nextId: queue.nextId + 1 }
	if (queue.numbered && message.type !== 'zone_query') {
		entry.seq = queue.nextSeq
		next.nextSeq = queue.nextSeq + 1
	}
	const last = queue.entries.at(-1)
	const replaces =
		last?.message.type === message.type &&
		(message.type === 'zone_query' || (message.type === 'status_update' && !mustKeep && !last.mustKeep))
	next.entries = [...(replaces ? queue.entries.slice(0, -1) : queue.entries), entry]
	return next
}

function withReported(queue: Queue, message: OutMessage): Queue {
	if (message.type !== 'event_flag') return queue
	return { ...queue, reported: new Set(queue.reported).add(message.flag_id) }
}

function acknowledge(queue: Queue, seq: number): Queue {
	const done = queue.entries.findLastIndex((entry) => entry.seq !== null && entry.seq <= seq)
	return done < 0 ? queue : { ...queue, entries: queue.entries.slice(done + 1) }
}

function number(queue: Queue, from: number): Queue {
	let nextSeq = from
	const entries = queue.entries.map((entry) =>
		entry.seq === null && entry.message.type !== 'zone_query' ? { ...entry, seq: nextSeq++ } : entry,
	)
	return { ...queue, entries, nextSeq, numbered: true }
}
