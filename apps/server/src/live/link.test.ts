import { describe, expect, it } from 'vitest'
import { close as closes } from '@speedfog/core/protocol/close'
import { openLog, silentLog } from '#log.ts'
import { Heartbeat } from './heartbeat.ts'
import { Link } from './link.ts'
import { Message } from './message.ts'
import { fakeClock } from './testing/fake-clock.ts'
import { SocketPair } from './testing/socket-pair.ts'
import { noTraffic } from './traffic.ts'

/** A link to a peer that is let in with its first frame unless told otherwise. */
function connect({ admit = true, clock = fakeClock(), log = silentLog } = {}) {
	const heard: (string | null)[] = []
	const events: string[] = []
	const pair = new SocketPair()
	const heartbeat = new Heartbeat(clock)
	const link = new Link(pair.socket, { clock, heartbeat, log, traffic: noTraffic() }, (link) => ({
		ids: { session: 'a session' },
		first(text) {
			heard.push(text)
			if (admit) link.open()
		},
		next(text) {
			if (text === 'bug') throw new Error('a bug')
			heard.push(text)
		},
		gone: () => events.push('gone'),
	}))
	const open = () => {
		pair.send('hello')
		pair.flush()
	}
	return { pair, link, clock, heard, events, open }
}

describe('a link', () => {
	it('[P1] is closed 4001 when nothing came within 5 s', () => {
		const { pair, clock, events } = connect()
		clock.advance(4_999)
		pair.flush()
		expect(pair.closed).toBeUndefined()
		clock.advance(1)
		pair.flush()
		expect(pair.closed).toEqual({ code: 4001, reason: 'Auth timeout' })
		expect(events).toEqual(['gone'])
	})

	it('[P3] is closed 1013 when its first frame finds no answer within 5 s', () => {
		const { pair, clock, open } = connect({ admit: false })
		open()
		clock.advance(5_000)
		pair.flush()
		expect(pair.closed?.code).toBe(1013)
	})

	it('[P3] sends no ping before it is open, however long that takes', () => {
		const { pair, clock, open } = connect({ admit: false })
		clock.advance(4_900)
		open()
		clock.advance(4_400)
		pair.flush()
		expect(pair.got).toEqual([])
		expect(pair.pings).toBe(0)
	})

	it('hears what was sent before it was let in afterwards, in order', () => {
		const { pair, link, heard } = connect({ admit: false })
		for (const text of ['hello', 'one', 'two']) pair.send(text)
		pair.flush()
		expect(heard).toEqual(['hello'])
		link.open()
		expect(heard).toEqual(['hello', 'one', 'two'])
	})

	it('does not keep more than a few frames of a peer that is not let in yet', () => {
		const { pair, open } = connect({ admit: false })
		open()
		for (let count = 0; count < 65; count++) pair.send('more')
		pair.flush()
		expect(pair.closed?.code).toBe(4008)
	})

	it('[P6] pings every 30 s', () => {
		const { pair, clock, open } = connect()
		open()
		for (let second = 0; second < 90; second++) {
			clock.advance(1_000)
			pair.flush()
		}
		expect(pair.got).toEqual([{ type: 'ping' }, { type: 'ping' }, { type: 'ping' }])
	})

	it('[P6] pings every 30 s also when the clock is set back', () => {
		const { pair, clock, open } = connect()
		open()
		clock.setBack(3_600_000)
		for (let second = 0; second < 31; second++) clock.advance(1_000)
		pair.flush()
		expect(pair.got).toEqual([{ type: 'ping' }])
	})

	it('[P6] is closed after 75 s of silence; a frame or a WebSocket pong breaks it', () => {
		const { pair, clock, open } = connect()
		open()
		clock.advance(70_000)
		pair.flush()
		clock.advance(70_000)
		pair.send('alive')
		pair.flush()
		pair.dead = true
		clock.advance(74_000)
		expect(pair.over).toBe(false)
		clock.advance(1_000)
		pair.dead = false
		pair.flush()
		expect(pair.closed?.code).toBe(1013)
	})

	it('blames no peer for a pause of our own', () => {
		const clock = fakeClock()
		let skipMs = 0
		const skipping = { ...clock, now: () => clock.now() + skipMs }
		const { pair, open } = connect({ clock: { ...clock, now: skipping.now } as typeof clock })
		open()
		skipMs = 3_600_000
		clock.advance(1_000)
		expect(pair.over).toBe(false)
		pair.flush()
		expect(pair.closed).toBeUndefined()
	})

	it.each([closes.restarting, closes.tooSlow])(
		'[P22] closed $code hears for at most 2 s what was sent before the answer',
		(close) => {
			const { pair, link, clock, heard, events, open } = connect()
			open()
			pair.answersClose = false
			link.close(close)
			pair.send('on its way')
			pair.flush()
			expect(heard).toEqual(['hello', 'on its way'])
			clock.advance(1_999)
			expect(events).toEqual([])
			clock.advance(1)
			expect(events).toEqual(['gone'])
			pair.send('too late')
			pair.flush()
			expect(heard).toEqual(['hello', 'on its way'])
		},
	)

	it('is gone as soon as its close frame is answered', () => {
		const { pair, link, events, open } = connect()
		open()
		link.close(closes.normal)
		pair.flush()
		expect(events).toEqual(['gone'])
	})

	it('sends nothing once it is closing', () => {
		const { pair, link, open } = connect()
		open()
		link.close(closes.normal)
		link.send(new Message('{"type":"late"}'))
		pair.flush()
		expect(pair.got).toEqual([])
	})

	it('[P31] is closed 4008 after more than 50 frames a second for 5 s', () => {
		const { pair, clock, open } = connect()
		open()
		clock.advance(1_000)
		for (let second = 0; second < 20; second++) {
			for (let count = 0; count < 50; count++) pair.send('frame')
			pair.flush()
			clock.advance(1_000)
		}
		expect(pair.closed).toBeUndefined()
		for (let second = 0; second < 5; second++) {
			for (let count = 0; count < 51; count++) pair.send('frame')
			pair.flush()
			clock.advance(1_000)
		}
		pair.flush()
		expect(pair.closed).toEqual({ code: 4008, reason: 'Too many frames' })
	})

	it('[P31] is closed with a code when handling a frame fails, and what others say is not touched', () => {
		let written = ''
		const destination = { write: (line: string) => void (written += line) }
		const log = openLog('error', { isTerminal: false, destination })
		const { pair, open, events } = connect({ log })
		open()
		pair.send('bug')
		pair.flush()
		expect(pair.closed?.code).toBe(1013)
		expect(events).toEqual(['gone'])
		expect(JSON.parse(written)).toMatchObject({ session: 'a session', err: { message: 'a bug' } })
	})

	it('[P4] finds a living peer alive at once and a dead one dead after 2 s', async () => {
		const { pair, link, clock, open } = connect()
		open()
		const first = link.isAlive()
		pair.flush()
		expect(await first).toBe(true)
		pair.dead = true
		let answer: boolean | undefined
		void link.isAlive().then((alive) => (answer = alive))
		pair.flush()
		await clock.pass(1_900)
		expect(answer).toBeUndefined()
		await clock.pass(100)
		expect(answer).toBe(false)
	})

	it('[P4] that ends while it is asked for a sign of life is dead at once', async () => {
		const { pair, link, open } = connect()
		open()
		const answer = link.isAlive()
		pair.end()
		expect(await answer).toBe(false)
	})

	it('leaves no timer behind when it is gone', () => {
		const clock = fakeClock()
		const { pair, open } = connect({ clock })
		const heartbeatOnly = 1
		open()
		pair.end()
		expect(clock.waiting).toBe(heartbeatOnly)
	})
})
