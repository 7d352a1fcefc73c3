import { close, type Close } from '@speedfog/core/protocol/close'
import { limits } from '@speedfog/core/protocol/limits'
import type { ToSpectator } from '@speedfog/core/protocol/spectator'

/** The life of a spectator's connection, as the page shows it. */
export type LinkState =
	| { is: 'connecting' }
	| { is: 'live' }
	/** Lost, and coming back by itself. */
	| { is: 'lost' }
	/** The server does not want this client: it stays closed until a person asks again. */
	| { is: 'refused'; why: Refusal }

type Refusal = { code: number; sentence: string }

export type Link = {
	/** Connects at once instead of at the end of the pause. */
	retry(): void
	close(): void
}

/** The part of a browser's WebSocket that is used here. */
export type Socket = {
	send(text: string): void
	close(): void
	onopen: (() => void) | null
	onmessage: ((message: { data: unknown }) => void) | null
	onclose: ((event: { code: number }) => void) | null
}

type Options = {
	open: () => Socket
	/** The share token; a signed-in owner needs none. */
	token?: string
	onFrame: (frame: ToSpectator) => void
	onState: (state: LinkState) => void
	random?: () => number
}

const pause = { firstMs: 500, longestMs: 30_000, afterAbuseMs: 30_000 }

/** Keeps one spectator connection up (P50-P54): greets, answers pings, comes back after every loss. */
export function openLink({ open, token, onFrame, onState, random = Math.random }: Options): Link {
	let socket: Socket | null = null
	let attempts = 0
	let timer: ReturnType<typeof setTimeout> | undefined
	let closed = false

	function connect() {
		clearTimeout(timer)
		const mine = open()
		socket = mine
		mine.onopen = () => mine.send(JSON.stringify({ type: 'auth', ...(token && { token }) }))
		mine.onmessage = ({ data }) => receive(JSON.parse(String(data)) as ToSpectator)
		mine.onclose = ({ code }) => lose(code)
		listen()
	}

	function receive(frame: ToSpectator) {
		listen()
		if (frame.type === 'ping') return socket?.send('{"type":"pong"}')
		if (frame.type === 'race_state') {
			attempts = 0
			onState({ is: 'live' })
		}
		onFrame(frame)
	}

	/** A dead connection may never report its end: silence is one. */
	function listen() {
		clearTimeout(timer)
		timer = setTimeout(() => lose(noCode), limits.clientSilentAfterMs)
	}

	function lose(code: number) {
		drop()
		if (closed) return
		const sentence = (token && linkRefusals[code]) ?? refusals[code]
		if (sentence !== undefined) return onState({ is: 'refused', why: { code, sentence } })
		onState({ is: 'lost' })
		timer = setTimeout(connect, pauseMs(attempts++, code, random()))
	}

	function drop() {
		clearTimeout(timer)
		if (!socket) return
		socket.onopen = socket.onmessage = socket.onclose = null
		socket.close()
		socket = null
	}

	onState({ is: 'connecting' })
	connect()
	return {
		retry() {
			if (socket || closed) return
			connect()
		},
		close() {
			closed = true
			drop()
		},
	}
}

/** 0.5, 1, 2 … 30 s, spread over the upper half so that not everyone comes back in the same instant. */
export function pauseMs(attempts: number, code: number, random: number): number {
	const longest = Math.min(pause.longestMs, pause.firstMs * 2 ** attempts)
	const spread = longest * (0.5 + random / 2)
	return code === close.abuse.code ? pause.afterAbuseMs + spread : spread
}

const noCode = 1006

const refusals: Partial<Record<number, string>> = {
	[close.authTimeout.code]: 'The connection was too slow to sign in.',
	[close.forbidden.code]: 'You may not watch this run. You may have been signed out.',
	[close.notFound.code]: 'This run does not exist any more.',
} satisfies Partial<Record<Close['code'], string>>

/** For whoever came by a shared link instead of signing in. */
const linkRefusals: Partial<Record<number, string>> = {
	[close.forbidden.code]: 'This link is not good any more: it was turned off, or a new one took its place.',
} satisfies Partial<Record<Close['code'], string>>
