import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ToSpectator } from '@speedfog/core/protocol/spectator'
import { openLink, pauseMs, type LinkState, type Socket } from './link.ts'

type FakeSocket = Socket & { sent: string[]; closed: boolean }

function open(token?: string) {
	const sockets: FakeSocket[] = []
	const states: LinkState[] = []
	const frames: ToSpectator[] = []
	const link = openLink({
		open() {
			const socket: FakeSocket = {
				sent: [],
				closed: false,
				send: (text) => void socket.sent.push(text),
				close: () => void (socket.closed = true),
				onopen: null,
				onmessage: null,
				onclose: null,
			}
			sockets.push(socket)
			return socket
		},
		...(token && { token }),
		onFrame: (frame) => frames.push(frame),
		onState: (state) => states.push(state),
		random: () => 0,
	})
	const last = () => sockets.at(-1)!
	return {
		link,
		sockets,
		frames,
		last,
		state: () => states.at(-1)!,
		hear: (frame: object) => last().onmessage?.({ data: JSON.stringify(frame) }),
		lose: (code: number) => last().onclose?.({ code }),
	}
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a spectator’s link', () => {
	it('[P50] greets first, with the share token where there is one', () => {
		const owner = open()
		owner.last().onopen?.()
		expect(owner.last().sent).toEqual(['{"type":"auth"}'])
		const guest = open('abc')
		guest.last().onopen?.()
		expect(guest.last().sent).toEqual(['{"type":"auth","token":"abc"}'])
	})

	it('[P51] is live from the first race_state on', () => {
		const { hear, state, frames } = open()
		expect(state()).toEqual({ is: 'connecting' })
		hear({ type: 'race_state' })
		expect(state()).toEqual({ is: 'live' })
		expect(frames).toEqual([{ type: 'race_state' }])
	})

	it('[P52] answers a ping and keeps it to itself', () => {
		const { hear, last, frames } = open()
		hear({ type: 'ping' })
		expect(last().sent).toEqual(['{"type":"pong"}'])
		expect(frames).toEqual([])
	})

	it.each([
		[4003, /may not watch/],
		[4004, /does not exist/],
		[4001, /too slow/],
	])('[P54] stops after %i and says why', (code, sentence) => {
		const { lose, state, sockets } = open()
		lose(code)
		expect(state()).toEqual({
			is: 'refused',
			why: { code, sentence: expect.stringMatching(sentence) as string },
		})
		vi.advanceTimersByTime(600_000)
		expect(sockets).toHaveLength(1)
	})

	it('[P54] says to whoever came by a shared link that it is the link which ended', () => {
		const { lose, state } = open('abc')
		lose(4003)
		expect(state()).toMatchObject({ why: { sentence: expect.stringMatching(/link/) as string } })
	})

	it.each([1012, 1006, 1013, 1000])('[P54] comes back after %i', (code) => {
		const { lose, state, sockets, hear } = open()
		lose(code)
		expect(state()).toEqual({ is: 'lost' })
		vi.advanceTimersByTime(250)
		expect(sockets).toHaveLength(2)
		hear({ type: 'race_state' })
		expect(state()).toEqual({ is: 'live' })
	})

	it('[P54] waits longer after each failure, until a race_state has come', () => {
		const { lose, sockets, hear } = open()
		lose(1006)
		vi.advanceTimersByTime(250)
		expect(sockets).toHaveLength(2)
		hear({ type: 'race_status_change' })
		lose(1006)
		vi.advanceTimersByTime(499)
		expect(sockets).toHaveLength(2)
		vi.advanceTimersByTime(1)
		expect(sockets).toHaveLength(3)
		hear({ type: 'race_state' })
		lose(1006)
		vi.advanceTimersByTime(250)
		expect(sockets).toHaveLength(4)
	})

	it('[P54] spreads the pauses over their upper half and lets none grow over 30 s', () => {
		expect(pauseMs(0, 1006, 0)).toBe(250)
		expect(pauseMs(0, 1006, 1)).toBe(500)
		expect(pauseMs(3, 1006, 0.5)).toBe(3_000)
		expect(pauseMs(40, 1006, 1)).toBe(30_000)
		expect(pauseMs(0, 4008, 0)).toBeGreaterThanOrEqual(30_000)
	})

	it('[P52] takes 60 s of silence for the end of the connection', () => {
		const { hear, state, sockets } = open()
		hear({ type: 'race_state' })
		vi.advanceTimersByTime(59_000)
		hear({ type: 'ping' })
		vi.advanceTimersByTime(59_999)
		expect(state()).toEqual({ is: 'live' })
		vi.advanceTimersByTime(1)
		expect(state()).toEqual({ is: 'lost' })
		expect(sockets[0]?.closed).toBe(true)
		vi.advanceTimersByTime(250)
		expect(sockets).toHaveLength(2)
	})

	it('hears nothing more from a socket that it gave up', () => {
		const { sockets, frames, lose } = open()
		const first = sockets[0]!
		lose(1006)
		expect(first.onmessage).toBe(null)
		vi.advanceTimersByTime(250)
		expect(frames).toEqual([])
	})

	it('connects at once when asked, after a refusal too, but never twice', () => {
		const { link, lose, sockets } = open()
		link.retry()
		expect(sockets).toHaveLength(1)
		lose(4003)
		link.retry()
		expect(sockets).toHaveLength(2)
		link.retry()
		vi.advanceTimersByTime(30_000)
		expect(sockets).toHaveLength(2)
	})

	it('stays closed once closed', () => {
		const { link, sockets, lose } = open()
		lose(1006)
		link.close()
		vi.advanceTimersByTime(600_000)
		link.retry()
		expect(sockets).toHaveLength(1)
	})
})
