import type { Clock } from '../clock.ts'
import { afterDown, isOccupied, type Down } from './backoff.ts'
import type { Greeting } from './frames.ts'
import { openSocket, type Auth, type PlayFrame, type Socket } from './socket.ts'

export type LinkState =
	| { state: 'connecting' }
	| { state: 'live'; greeting: Greeting }
	/** `occupied`: another client reports this run. */
	| { state: 'waiting'; why: string; untilMs: number; occupied: boolean }
	/** For good: `why` are the server's words, or empty when we closed it. */
	| { state: 'stopped'; why: string }

export type LinkEvents = {
	onState(state: LinkState): void
	onFrame(frame: PlayFrame): void
}

/** Keeps one connection to the server, again and again, until a refusal that no retry can change. */
export type Link = {
	/** Sends if connected; else it is lost. */
	send(message: object): void
	close(): void
}

export type LinkOptions = {
	url: string
	auth: Auth
	clock: Clock
	random: () => number
}

/** A minute and a half: an older server keeps a connection that died for little less. */
const OWN_TRIES = 7
/** Who was connected a moment ago is refused for his own sake. */
const stillOpen: Down = { code: 1006, why: 'The server still waits for the connection that was lost' }

export function openLink({ url, auth, clock, random }: LinkOptions, events: LinkEvents): Link {
	let socket: Socket | undefined
	let attempt = 0
	let wasLive = false
	let stopped = false
	let cancelRetry = () => {}

	function connect() {
		events.onState({ state: 'connecting' })
		if (stopped) return
		socket = openSocket(url, auth, clock, {
			onGreeting(greeting) {
				attempt = 0
				wasLive = true
				events.onState({ state: 'live', greeting })
			},
			onFrame: events.onFrame,
			onDown: goOn,
		})
	}

	function goOn(known: Down) {
		socket = undefined
		if (stopped) return
		const isOwn = wasLive && attempt < OWN_TRIES && isOccupied(known)
		const down = isOwn ? stillOpen : known
		const next = afterDown(down, attempt++, random)
		if (next.do === 'stop') {
			stopped = true
			events.onState({ state: 'stopped', why: next.why })
			return
		}
		const untilMs = clock.now() + next.afterMs
		cancelRetry = clock.after(next.afterMs, connect)
		events.onState({
			state: 'waiting',
			why: down.refusal ?? down.why,
			untilMs,
			occupied: next.occupied,
		})
	}

	connect()
	return {
		send: (message) => socket?.send(message),
		close() {
			if (stopped) return
			stopped = true
			cancelRetry()
			socket?.close()
			events.onState({ state: 'stopped', why: '' })
		},
	}
}
