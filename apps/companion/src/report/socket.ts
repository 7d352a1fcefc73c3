import { limits } from '@speedfog/core/protocol/limits'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import type { Down } from './backoff.ts'
import { readFrame, type Frame, type Greeting } from './frames.ts'

/** One connection from its opening to its end. `onDown` comes once, last, and always. */
export type Socket = {
	send(message: object): void
	close(): void
}

export type SocketEvents = {
	onGreeting(greeting: Greeting): void
	onFrame(frame: PlayFrame): void
	onDown(down: Down): void
}

/** What comes after the greeting, but for what the socket answers itself. */
export type PlayFrame = Exclude<Frame, { type: 'auth_ok' | 'strange_greeting' | 'auth_error' | 'ping' }>

export type Auth = {
	mod_token: string
	client?: { name: string; version: string; features: string[] }
}

/** Until the upgrade, and then until `auth_ok`: the server answers or closes within 5 s (P3). */
const ANSWER_WITHIN_MS = 10_000
/** A link that is open at one end only is found at the second of these (C9). */
const PROBE_EVERY_MS = 5_000
/** For the close frame that follows an `auth_error`. */
const CLOSE_WITHIN_MS = 2_000
const MAX_FRAME_BYTES = 1024 * 1024

export function openSocket(url: string, auth: Auth, clock: Clock, events: SocketEvents): Socket {
	const ws = new WebSocket(url, { perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES })
	let state: 'connecting' | 'greeting' | 'live' | 'down' = 'connecting'
	let refusal: string | undefined
	let heard = true
	let pingedAtMs = clock.now()
	let cancelProbe = () => {}
	let cancelDeadline = clock.after(ANSWER_WITHIN_MS, () => end(`The server did not answer`))

	ws.on('open', () => {
		state = 'greeting'
		ws.send(JSON.stringify({ type: 'auth', ...auth }))
	})
	ws.on('message', (data, isBinary) => {
		heard = true
		const frame = isBinary ? undefined : readFrame(String(data))
		if (frame && state !== 'down') take(frame)
	})
	ws.on('pong', () => {
		heard = true
	})
	ws.on('unexpected-response', (_request, response: IncomingMessage) => {
		const httpStatus = response.statusCode ?? 0
		response.destroy()
		down({ code: 1006, httpStatus, why: `The server answered HTTP ${httpStatus}` })
	})
	ws.on('error', (error) => down({ code: 1006, why: reasonOf(error) }))
	ws.on('close', (code, reason) => {
		const words = reason.length > 0 ? String(reason) : `code ${code}`
		down({ code, why: code === 1006 ? 'The connection was lost' : `The server closed: ${words}` })
	})

	function take(frame: Frame) {
		switch (frame.type) {
			case 'auth_ok':
				if (state !== 'greeting') return
				state = 'live'
				cancelDeadline()
				pingedAtMs = clock.now()
				probe()
				events.onGreeting(frame.greeting)
				return
			case 'strange_greeting':
				return end('The server is of another version than this companion: download the companion again')
			case 'auth_error':
				refusal = frame.message
				cancelDeadline()
				cancelDeadline = clock.after(CLOSE_WITHIN_MS, () => end(frame.message))
				return
			case 'ping':
				pingedAtMs = clock.now()
				send({ type: 'pong' })
				return
			default:
				events.onFrame(frame)
		}
	}

	function probe() {
		cancelProbe = clock.after(PROBE_EVERY_MS, () => {
			if (!heard) return end('The connection was lost')
			if (clock.now() - pingedAtMs > limits.clientSilentAfterMs) return end('The server fell silent')
			heard = false
			ws.ping()
			probe()
		})
	}

	function send(message: object) {
		if (ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify(message))
	}

	/** Without the closing handshake, which a dead peer would not answer. */
	function end(why: string) {
		down({ code: 1006, why })
		ws.terminate()
	}

	function down(how: Down) {
		if (state === 'down') return
		state = 'down'
		cancelProbe()
		cancelDeadline()
		events.onDown(refusal === undefined ? how : { ...how, refusal })
	}

	return {
		send,
		close() {
			down({ code: 1000, why: 'Closed' })
			ws.close(1000)
			// A server that does not answer the close frame must not keep this process.
			cancelDeadline = clock.after(CLOSE_WITHIN_MS, () => ws.terminate())
			ws.on('close', () => cancelDeadline())
		},
	}
}

function reasonOf(error: NodeJS.ErrnoException): string {
	switch (error.code) {
		case 'ECONNREFUSED':
			return 'Nobody answers at the address of the server'
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return 'The name of the server is not known'
		default:
			return `No connection: ${error.message || error.code || 'unknown'}`
	}
}
