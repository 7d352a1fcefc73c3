import fc from 'fast-check'
import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOutbox } from './outbox.ts'
import type { OutMessage, Queue, QueueRecord } from './queue.ts'

let folder: string
let file: string
const troubles: string[] = []
const open = () => openOutbox(file, (problem) => troubles.push(problem))

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'outbox-'))
	file = join(folder, 'outbox.jsonl')
	troubles.length = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const flag = (id: number): OutMessage => ({ type: 'event_flag', flag_id: id, igt_ms: id * 1_000 })
const status = (igtMs: number): OutMessage => ({ type: 'status_update', igt_ms: igtMs, death_count: 0 })
const add = (message: OutMessage): QueueRecord => ({ type: 'add', message })
const flagsIn = (queue: Queue) =>
	queue.entries.flatMap(({ message }) => (message.type === 'event_flag' ? [message.flag_id] : []))

describe('an outbox on disk', () => {
	it('[C8] has everything again after the companion was killed', () => {
		const before = open()
		before.record({ type: 'watch', watch: { flags: [1, 2], finishFlag: 2 }, startedAtMs: 5 })
		before.record({ type: 'character', character: { name: 'Tarnished', slot: 0, newGamePlus: 0 } })
		before.record(add(flag(1)), add(status(2_000)), { type: 'hold', message: flag(2) })
		const queue = open().queue()
		expect(flagsIn(queue)).toEqual([1, 2])
		expect(queue).toMatchObject({
			watch: { flags: [1, 2] },
			startedAtMs: 5,
			character: { name: 'Tarnished' },
		})
		expect([...queue.reported]).toEqual([1, 2])
	})

	it('[C8] forgets what the server acknowledged, but not that it was told', () => {
		const before = open()
		before.record(add(flag(1)), { type: 'number', acked: 0, from: 1 }, add(flag(2)), { type: 'ack', seq: 1 })
		const queue = open().queue()
		expect(flagsIn(queue)).toEqual([2])
		expect([...queue.reported]).toEqual([1, 2])
		expect(queue.nextSeq).toBe(3)
	})

	it('[C8] reads up to a last line that was cut off, and goes on after it', () => {
		const before = open()
		before.record(add(flag(1)))
		before.close()
		appendFileSync(file, '{"type":"add","mess')
		const again = open()
		expect(flagsIn(again.queue())).toEqual([1])
		again.record(add(flag(2)))
		expect(flagsIn(open().queue())).toEqual([1, 2])
	})

	it('[C8] survives a tail of zeros, as a power failure leaves it', () => {
		open().record(add(flag(1)))
		appendFileSync(file, Buffer.alloc(300))
		expect(flagsIn(open().queue())).toEqual([1])
	})

	it('[C8] loses nothing that was recorded, wherever the file is cut after it', () => {
		const step = fc.constantFrom<QueueRecord>(
			add(status(1)),
			{ type: 'release' },
			{ type: 'ack', seq: 1 },
			{ type: 'number', acked: 0, from: 1 },
		)
		fc.assert(
			fc.property(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 20 }), fc.nat(), (steps, cut) => {
				rmSync(file, { force: true })
				const outbox = open()
				const sizes: number[] = []
				let next = 1
				for (const [record, isFlag] of steps) {
					outbox.record(isFlag ? add(flag(next++)) : record)
					sizes.push(statSync(file).size)
				}
				outbox.close()
				const size = cut % (statSync(file).size + 1)
				truncateSync(file, size)
				const whole = sizes.filter((end) => end <= size).length
				const flags = steps.slice(0, whole).filter(([, isFlag]) => isFlag).length
				const kept = open()
				expect(kept.queue().reported.size).toBe(flags)
				kept.close()
			}),
			{ numRuns: 60 },
		)
	})

	it('[C8] reads the same queue that it had in memory', () => {
		const outbox = open()
		outbox.record({ type: 'number', acked: 7, from: 8 }, add(flag(1)), add(status(1)), add(status(2)))
		outbox.record({ type: 'hold', message: flag(2) }, { type: 'release' }, { type: 'ack', seq: 8 })
		const { entries, nextSeq } = outbox.queue()
		expect(open().queue()).toMatchObject({ entries, nextSeq })
	})

	it('stays small over a long evening', () => {
		const outbox = open()
		outbox.record({ type: 'number', acked: 0, from: 1 }, add(flag(1)))
		for (let second = 1; second <= 12_000; second++) outbox.record(add(status(second)))
		outbox.record({ type: 'hold', message: flag(2) })
		expect(statSync(file).size).toBeLessThan(400 * 1024)
		const queue = open().queue()
		expect(flagsIn(queue)).toEqual([1, 2])
		expect(queue.nextSeq).toBeGreaterThan(12_000)
		expect(troubles).toEqual([])
	})

	it('keeps a half-written rewrite from ever being read', () => {
		open().record(add(flag(1)))
		writeFileSync(`${file}.new`, '{"type":"sta')
		expect(flagsIn(open().queue())).toEqual([1])
	})

	it('is readable by its owner only', () => {
		open()
		expect(statSync(file).mode & 0o077).toBe(0)
	})

	it('goes on in memory when the disk refuses, and says so', () => {
		const outbox = open()
		outbox.close()
		outbox.record(add(flag(1)))
		expect(flagsIn(outbox.queue())).toEqual([1])
		expect(troubles[0]).toMatch(/outbox\.jsonl cannot be written \(EBADF\)/)
	})

	it('puts everything down at once as soon as the disk takes it again', () => {
		const outbox = open()
		outbox.close()
		outbox.record(add(flag(1)))
		outbox.record(add(flag(2)))
		expect(flagsIn(open().queue())).toEqual([1, 2])
	})
})
