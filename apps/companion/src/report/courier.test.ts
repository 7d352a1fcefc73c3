import { describe, expect, it } from 'vitest'
import { createHandClock } from '../testing/hand-clock.ts'
import { createCourier, type Manner } from './courier.ts'
import { openMemoryOutbox } from './outbox.ts'
import type { OutMessage, QueueRecord } from './queue.ts'

const flag = (id: number): OutMessage => ({ type: 'event_flag', flag_id: id, igt_ms: id * 1_000 })
const status = (igtMs: number): OutMessage => ({ type: 'status_update', igt_ms: igtMs, death_count: 0 })
const add = (message: OutMessage): QueueRecord => ({ type: 'add', message })

function open(manner: Manner = 'companion') {
	const clock = createHandClock()
	const outbox = openMemoryOutbox()
	const courier = createCourier(outbox, manner, clock)
	const sent: object[] = []
	const connect = () => {
		sent.length = 0
		courier.connected((message) => sent.push(message))
	}
	const tell = (...messages: OutMessage[]) => {
		outbox.record(...messages.map(add))
		courier.wake()
	}
	return { clock, outbox, courier, sent, connect, tell }
}

describe('a courier to a server that acknowledges', () => {
	it('[P40] sends nothing before it knows where the server stands', () => {
		const { connect, courier, sent, tell } = open()
		tell(flag(1))
		connect()
		expect(sent).toEqual([])
		courier.acknowledged(41)
		expect(sent).toEqual([{ ...flag(1), seq: 42 }])
	})

	it('[C8] sends again in order, with the same numbers, what was not acknowledged', () => {
		const { connect, courier, sent, tell, clock } = open()
		connect()
		courier.acknowledged(0)
		tell(flag(1), flag(2), flag(3))
		expect(sent).toHaveLength(3)
		courier.acknowledged(1)
		courier.disconnected()
		tell(flag(4))
		connect()
		courier.acknowledged(2)
		clock.pass(1_000)
		expect(sent).toEqual([
			{ ...flag(3), seq: 3 },
			{ ...flag(4), seq: 4 },
		])
	})

	it('[P40] sends what waited at 25 frames a second at most', () => {
		const { connect, courier, sent, tell, clock } = open()
		tell(...Array.from({ length: 200 }, (_, id) => flag(id + 1)))
		connect()
		courier.acknowledged(0)
		for (let second = 1; second <= 4; second++) {
			clock.pass(1_000)
			expect(sent.length).toBeLessThanOrEqual(25 * second + 1)
			expect(sent.length).toBeGreaterThanOrEqual(24 * second)
		}
	})

	it('[P31] never sends more than the server allows in five seconds, however fast the game runs', () => {
		const { connect, courier, sent, tell, clock } = open()
		connect()
		courier.acknowledged(0)
		clock.pass(60_000)
		const before = sent.length
		for (let poll = 0; poll < 500; poll++) {
			tell(flag(poll))
			clock.pass(10)
		}
		expect(sent.length - before).toBeLessThanOrEqual(240)
	})

	it('is done when all is acknowledged', () => {
		const { connect, courier, tell } = open()
		connect()
		courier.acknowledged(0)
		tell(flag(1))
		expect(courier.isDone()).toBe(false)
		courier.acknowledged(1)
		expect(courier.isDone()).toBe(true)
	})
})

describe('a courier to a server that knows no ack', () => {
	it('[C8] sends after three seconds without one, and flags again on each reconnect', () => {
		const { connect, courier, sent, tell, clock } = open()
		tell(status(1), flag(1))
		connect()
		clock.pass(4_000)
		expect(sent).toEqual([status(1), flag(1)])
		expect(courier.isDone()).toBe(true)
		courier.disconnected()
		tell(flag(2))
		connect()
		clock.pass(4_000)
		expect(sent).toEqual([flag(1), flag(2)])
	})
})

describe('a courier in the manner of the released mod', () => {
	it('sends at once, without numbers', () => {
		const { connect, sent, tell } = open('mod')
		connect()
		tell(status(1), flag(1))
		expect(sent).toEqual([status(1), flag(1)])
	})

	it('forgets what happens while it is not connected', () => {
		const { connect, courier, sent, tell } = open('mod')
		connect()
		courier.disconnected()
		tell(flag(1))
		connect()
		tell(flag(2))
		expect(sent).toEqual([flag(2)])
	})
})
