import { describe, expect, it } from 'vitest'
import { silentLog } from '#log.ts'
import { Heartbeat } from './heartbeat.ts'
import { Link } from './link.ts'
import { Pacer } from './pacer.ts'
import { Room } from './room.ts'
import { fakeClock } from './testing/fake-clock.ts'
import { SocketPair } from './testing/socket-pair.ts'
import { noTraffic } from './traffic.ts'

function makeRoom({ lateMs = 0 } = {}) {
	const clock = fakeClock()
	const heartbeat = new Heartbeat(clock)
	const room = new Room(new Pacer({ now: clock.now, after: (ms, run) => clock.after(ms + lateMs, run) }))
	const join = () => {
		const pair = new SocketPair()
		new Link(pair.socket, { clock, heartbeat, log: silentLog, traffic: noTraffic() }, (link) => ({
			ids: {},
			first() {
				link.open()
				room.join(link)
			},
			next() {},
			gone: () => room.leave(link),
		}))
		pair.send('hello')
		pair.flush()
		return pair
	}
	return { room, clock, join }
}

const figure = (value: number) => () => JSON.stringify({ value })

describe('a room', () => {
	it('[P53] writes a text once for all who are there, and not at all for nobody', () => {
		const { room, join } = makeRoom()
		let written = 0
		const write = () => {
			written++
			return '{"type":"news"}'
		}
		room.tell(write)
		expect(written).toBe(0)
		const pairs = [join(), join(), join()]
		room.tell(write)
		expect(written).toBe(1)
		for (const pair of pairs) {
			pair.flush()
			expect(pair.got).toEqual([{ type: 'news' }])
		}
	})

	it('[P52] tells figures at once when the last ones are 900 ms old, else when they are', () => {
		const { room, clock, join } = makeRoom()
		const pair = join()
		room.tellFigures(figure(1))
		clock.advance(400)
		room.tellFigures(figure(2))
		clock.advance(400)
		room.tellFigures(figure(3))
		pair.flush()
		expect(pair.got).toEqual([{ value: 1 }])
		clock.advance(99)
		pair.flush()
		expect(pair.got).toHaveLength(1)
		clock.advance(1)
		pair.flush()
		expect(pair.got).toEqual([{ value: 1 }, { value: 3 }])
		clock.advance(900)
		room.tellFigures(figure(4))
		pair.flush()
		expect(pair.got.at(-1)).toEqual({ value: 4 })
	})

	it('[P52] catches up with figures that come every second, though its timers are late', () => {
		const { room, clock, join } = makeRoom({ lateMs: 100 })
		const pair = join()
		room.tellFigures(figure(0))
		clock.advance(500)
		for (const second of [1, 2, 3, 4, 5]) {
			room.tellFigures(figure(second))
			clock.advance(1_000)
		}
		room.tellFigures(figure(6))
		pair.flush()
		expect(pair.got).toEqual([0, 1, 2, 3, 4, 5, 6].map((value) => ({ value })))
	})

	it('[P52] tells anything else at once, without moving the clock of the figures', () => {
		const { room, clock, join } = makeRoom()
		const pair = join()
		room.tellFigures(figure(1))
		clock.advance(500)
		room.tell(figure(2))
		clock.advance(400)
		room.tellFigures(figure(3))
		pair.flush()
		expect(pair.got).toEqual([{ value: 1 }, { value: 2 }, { value: 3 }])
	})

	it('[P53] closes one that does not read with 1013 and forgets it; the others miss nothing', () => {
		const { room, join } = makeRoom()
		const [slow, quick] = [join(), join()]
		slow.bufferedBytes = 1024 * 1024 + 1
		room.tell(figure(1))
		slow.flush()
		quick.flush()
		expect(slow.closed?.code).toBe(1013)
		expect(slow.got).toEqual([])
		expect(quick.got).toEqual([{ value: 1 }])
		expect(room.size).toBe(1)
	})

	it('[P52] forgets waiting figures with the last member, also for who comes next', () => {
		const { room, clock, join } = makeRoom()
		const first = join()
		room.tellFigures(figure(1))
		clock.advance(100)
		room.tellFigures(figure(2))
		first.end()
		const second = join()
		clock.advance(400)
		room.tellFigures(figure(3))
		clock.advance(399)
		second.flush()
		expect(second.got).toEqual([])
		clock.advance(1)
		second.flush()
		expect(second.got).toEqual([{ value: 3 }])
	})
})

describe('the pacer of many rooms', () => {
	it('wakes each when its time has come, at most ten milliseconds later, with few timers', () => {
		const clock = fakeClock()
		const pacer = new Pacer(clock)
		const woken: number[] = []
		const waits = Array.from({ length: 1_000 }, (_, index) => ((index * 7) % 900) + 0.5)
		const before = { waiting: clock.waiting, at: clock.now() }
		for (const [index, waitMs] of waits.entries())
			pacer.wake({ due: () => (woken[index] = clock.now() - before.at) }, waitMs)
		expect(clock.waiting - before.waiting).toBeLessThanOrEqual(91)
		clock.advance(1_000)
		for (const [index, waitMs] of waits.entries()) {
			expect(woken[index]).toBeGreaterThanOrEqual(waitMs)
			expect(woken[index]).toBeLessThanOrEqual(waitMs + 10)
		}
	})

	it('wakes all in time though the clock is set back', () => {
		const clock = fakeClock()
		const pacer = new Pacer(clock)
		let woken = 0
		const paced = { due: () => void woken++ }
		pacer.wake(paced, 900)
		clock.setBack(500)
		pacer.wake(paced, 900)
		clock.advance(910)
		expect(woken).toBe(2)
	})
})
