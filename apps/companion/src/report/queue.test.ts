import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
	apply,
	empty,
	isDrained,
	nextNumber,
	type OutMessage,
	type Queue,
	type QueueRecord,
} from './queue.ts'

const flag = (id: number): OutMessage => ({ type: 'event_flag', flag_id: id, igt_ms: id * 1_000 })
const status = (igtMs: number, deaths = 0): OutMessage => ({
	type: 'status_update',
	igt_ms: igtMs,
	death_count: deaths,
})
const query: OutMessage = { type: 'zone_query', map_id: 'm10_00_00_00' }
const add = (message: OutMessage, mustKeep = false): QueueRecord => ({ type: 'add', message, mustKeep })
const after = (...records: QueueRecord[]): Queue => records.reduce(apply, empty)
const numbered: QueueRecord[] = [{ type: 'opened' }, { type: 'number', acked: 0, from: 1 }]
const messages = (queue: Queue) => queue.entries.map(({ message }) => message)
const numbers = (queue: Queue) => queue.entries.map(({ seq }) => seq)

describe('what waits to be told', () => {
	it('[P40] lets a status take the place of the one before it', () => {
		expect(messages(after(...numbered, add(status(1)), add(status(2))))).toEqual([status(2)])
	})

	it('[P40] keeps a status when a flag lies between', () => {
		const queue = after(...numbered, add(status(1)), add(flag(7)), add(status(2)))
		expect(messages(queue)).toEqual([status(1), flag(7), status(2)])
	})

	it('keeps a status when a move lies between', () => {
		expect(messages(after(...numbered, add(status(1)), add(query), add(status(2))))).toHaveLength(3)
	})

	it('[P40] keeps a status that told of a death', () => {
		const queue = after(...numbered, add(status(1)), add(status(2, 1), true), add(status(3, 1)))
		expect(messages(queue)).toEqual([status(1), status(2, 1), status(3, 1)])
	})

	it('asks for the zone once where it would ask twice running', () => {
		expect(messages(after(...numbered, add(query), add(query)))).toEqual([query])
	})
})

describe('numbers', () => {
	it('[P40] rise with every flag and status, and a zone query has none', () => {
		expect(numbers(after(...numbered, add(flag(1)), add(query), add(status(9))))).toEqual([1, null, 2])
	})

	it('[P40] wait until the server said where it stands, and go on from there', () => {
		const waiting = after({ type: 'opened' }, add(flag(1)), add(flag(2)))
		expect(numbers(waiting)).toEqual([null, null])
		const from = nextNumber(waiting, 40)
		expect(
			numbers([{ type: 'number', acked: 40, from } as const, add(flag(3))].reduce(apply, waiting)),
		).toEqual([41, 42, 43])
	})

	it('[P40] of an earlier process stay, and later ones rise above them', () => {
		const before = after(...numbered, add(flag(1)), add(flag(2)))
		const reopened = [{ type: 'opened' } as const, add(flag(3))].reduce(apply, before)
		expect(numbers(reopened)).toEqual([1, 2, null])
		const from = nextNumber(reopened, 1)
		expect(numbers(apply(reopened, { type: 'number', acked: 1, from }))).toEqual([2, 3])
	})

	it('[P40] are never given twice, also when the last ones given were lost with the power', () => {
		const known = after(...numbered, add(flag(1)))
		expect(nextNumber(known, 25)).toBe(26)
		expect(nextNumber(after(...numbered, add(status(1)), add(status(2)), add(status(3))), 1)).toBe(4)
	})
})

describe('acknowledging', () => {
	it('[P40] drops all up to the number, queries between included', () => {
		const queue = after(...numbered, add(flag(1)), add(query), add(flag(2)), add(query), add(flag(3)))
		expect(messages(apply(queue, { type: 'ack', seq: 2 }))).toEqual([query, flag(3)])
	})

	it('is done when only a question is left', () => {
		const queue = after(...numbered, add(flag(1)), add(query))
		expect(isDrained(queue)).toBe(false)
		expect(isDrained(apply(queue, { type: 'ack', seq: 1 }))).toBe(true)
	})

	it('is not done while a gate is held back', () => {
		expect(isDrained(after(...numbered, { type: 'hold', message: flag(1) }))).toBe(false)
	})

	it('[C8] keeps flags for a server that acknowledges nothing, and nothing else', () => {
		const queue = after(...numbered, add(status(1)), add(flag(1)), add(query), { type: 'sent' })
		expect(messages(queue)).toEqual([flag(1)])
	})
})

describe('gates held back', () => {
	it('[C4] follow what was told while they were held', () => {
		const queue = after(...numbered, { type: 'hold', message: flag(1) }, add(status(5)), { type: 'release' })
		expect(messages(queue)).toEqual([status(5), flag(1)])
		expect(numbers(queue)).toEqual([1, 2])
	})

	it('[C8] go out when the companion died before their loading screen ended', () => {
		const queue = after(...numbered, { type: 'hold', message: flag(1) }, { type: 'opened' })
		expect(messages(queue)).toEqual([flag(1)])
	})
})

it('[C2] remembers every flag it ever held, but those of a wrong save', () => {
	const queue = after(...numbered, add(flag(1)), { type: 'hold', message: flag(2) }, { type: 'ack', seq: 9 })
	expect([...queue.reported]).toEqual([1, 2])
	expect([...apply(queue, { type: 'forget', flags: [1] }).reported]).toEqual([2])
})

it('[P40] delivers every flag once and in order, whatever is acknowledged and when it restarts', () => {
	const step = fc.constantFrom('flag', 'status', 'death', 'query', 'hold', 'release', 'reopen', 'send', 'ack')
	fc.assert(
		fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
			let queue = after(...numbered)
			let applied = 0
			let inFlight: { seq: number; flagId: number | null }[] = []
			const got: number[] = []
			const made: number[] = []
			let held: number[] = []
			const send = () => {
				for (const { seq, message } of queue.entries) {
					const flagId = message.type === 'event_flag' ? message.flag_id : null
					if (seq !== null) inFlight.push({ seq, flagId })
				}
				for (const { seq, flagId } of inFlight) {
					if (seq <= applied) continue
					applied = seq
					if (flagId !== null) got.push(flagId)
				}
				inFlight = []
			}
			const releaseAll = () => {
				made.push(...held)
				held = []
			}
			let next = 1
			for (const one of steps) {
				if (one === 'flag') made.push(next)
				if (one === 'hold') held.push(next)
				if (one === 'release' || one === 'reopen') releaseAll()
				const record: QueueRecord | null =
					one === 'flag'
						? add(flag(next++))
						: one === 'hold'
							? { type: 'hold', message: flag(next++) }
							: one === 'status'
								? add(status(next))
								: one === 'death'
									? add(status(next, next), true)
									: one === 'query'
										? add(query)
										: one === 'release'
											? { type: 'release' }
											: one === 'reopen'
												? { type: 'opened' }
												: null
				if (record) queue = apply(queue, record)
				if (one === 'send' && queue.numbered) send()
				if (one === 'ack' || one === 'send') {
					queue = queue.numbered
						? apply(queue, { type: 'ack', seq: applied })
						: apply(queue, { type: 'number', acked: applied, from: nextNumber(queue, applied) })
				}
			}
			releaseAll()
			queue = [{ type: 'opened' } as const].reduce(apply, queue)
			queue = apply(queue, { type: 'number', acked: applied, from: nextNumber(queue, applied) })
			send()
			expect(got).toEqual(made)
		}),
		{ numRuns: 500 },
	)
})
