import { close as closes } from '@speedfog/core/protocol/close'
import type { Close } from '@speedfog/core/protocol/close'
import { limits } from '@speedfog/core/protocol/limits'
import type { Log } from '#log.ts'
import type { Clock, Timer } from './clock.ts'
import { FrameRate } from './frame-rate.ts'
import type { Beating, Heartbeat } from './heartbeat.ts'
import { Message } from './message.ts'
import type { Socket, SocketListener } from './socket.ts'
import type { Traffic } from './traffic.ts'

/** What a feature makes of the frames of one link; null stands for a frame that is no text. */
export type Peer = {
	/** What its lines in the log carry. */
	readonly ids: object
	/** The frame that says who it is. It is to end in `link.open` or `link.close`, now or later. */
	first(text: string | null): void
	/** Any later frame, also one that was sent before the peer saw our close frame. */
	next(text: string | null): void
	/** Called once, after the last frame. */
	gone(): void
}

type Life =
	| { state: 'greeting'; deadline: Timer }
	| { state: 'admitting'; deadline: Timer; waiting: (string | null)[] }
	| { state: 'open' }
	| { state: 'closing'; wasOpen: boolean; deadline: Timer }
	| { state: 'gone' }

export type LinkDeps = {
	clock: Clock
	heartbeat: Heartbeat
	log: Log
	traffic: Traffic
	/** Called once, after the peer was told. */
	onGone?: (link: Link) => void
}

/** Leaves time on the network within the 5 s in which every `auth` gets an answer (P3). */
const ANSWER_WITHIN_MS = limits.authTimeoutMs - 500
/** Later than the answer to the `ping` before, and early enough for one more try. */
const ASK_SILENT_AFTER_MS = limits.pingEveryMs + 5_000
/** Nobody needs to send more before being let in. */
const MAX_WAITING = 64
/** A peer that reads slowly gets this long to see why it was closed. */
const SLOW_PEER_GRACE_MS = 5_000

const ping = new Message('{"type":"ping"}')

/** One connection from its first frame to its end. Knows time limits and floods, not what is said. */
export class Link implements SocketListener, Beating {
	/** When the peer was last heard, in whatever way. */
	lastHeardMs: number
	readonly #socket: Socket
	readonly #deps: LinkDeps
	readonly #frameRate = new FrameRate()
	#peer: Peer
	#life: Life
	#nextPingMs = 0
	#probe: { alive: Promise<boolean>; answer: (alive: boolean) => void } | undefined

	constructor(socket: Socket, deps: LinkDeps, makePeer: (link: Link) => Peer) {
		this.#socket = socket
		this.#deps = deps
		this.lastHeardMs = deps.clock.now()
		const deadline = deps.clock.after(limits.authTimeoutMs, () => this.close(closes.authTimeout))
		this.#life = { state: 'greeting', deadline }
		this.#peer = makePeer(this)
		socket.listen(this)
	}

	get isAdmitting(): boolean {
		return this.#life.state === 'admitting'
	}

	get isOpen(): boolean {
		return this.#life.state === 'open'
	}

	get bufferedBytes(): number {
		return this.#socket.bufferedBytes
	}

	/** Says nothing once the link is closing. */
	send(message: Message): void {
		if (this.#life.state === 'closing' || this.#life.state === 'gone') return
		this.#deps.traffic.framesOut++
		this.#socket.send(message)
	}

	/** The peer is let in and greeted: its heartbeat begins, and what it already sent is heard. */
	open(): void {
		if (this.#life.state !== 'admitting') return
		const { deadline, waiting } = this.#life
		deadline.cancel()
		this.#life = { state: 'open' }
		this.#nextPingMs = this.#deps.clock.now() + limits.pingEveryMs
		this.#deps.heartbeat.add(this)
		for (const text of waiting) this.#hear(text)
	}

	/**
	 * Sends a close frame. What the peer sent before it answers is still heard, for at most two seconds
	 * (P22); only then is the link gone.
	 */
	close(close: Close, graceMs: number = limits.drainAfterCloseMs): void {
		const life = this.#life
		if (life.state === 'closing' || life.state === 'gone') return
		if (life.state !== 'open') life.deadline.cancel()
		this.#deps.heartbeat.remove(this)
		const deadline = this.#deps.clock.after(graceMs, () => this.#end())
		this.#life = { state: 'closing', wasOpen: life.state === 'open', deadline }
		this.#socket.close(close)
	}

	/** Closes a peer that does not read what it asked for (P53). */
	drop(): void {
		this.#deps.traffic.dropped++
		this.close(closes.tooSlow, SLOW_PEER_GRACE_MS)
	}

	/** Asks the peer for a sign of life; false after two seconds without one (P4). */
	isAlive(): Promise<boolean> {
		if (this.#life.state !== 'open') return Promise.resolve(this.#life.state === 'admitting')
		return (this.#probe ??= this.#startProbe()).alive
	}

	beat(now: number, forgiven: boolean): void {
		if (forgiven) {
			this.lastHeardMs = now
			this.#nextPingMs = Math.min(this.#nextPingMs, now + limits.pingEveryMs)
		}
		if (now - this.lastHeardMs >= limits.silentAfterMs) {
			this.close(closes.tooSlow)
		} else if (now >= this.#nextPingMs) {
			this.#nextPingMs = now + limits.pingEveryMs
			this.#deps.traffic.framesOut++
			this.#socket.send(ping)
			// A peer that does not answer `ping` by itself is asked in a way that its WebSocket library answers.
			if (now - this.lastHeardMs >= ASK_SILENT_AFTER_MS) this.#socket.ping()
		}
	}

	heardText(text: string): void {
		this.#deps.traffic.framesIn++
		if (this.#isWelcome()) this.#hear(text)
	}

	heardBinary(): void {
		this.#deps.traffic.framesIn++
		if (this.#isWelcome()) this.#hear(null)
	}

	heardPing(): void {
		this.#isWelcome()
	}

	heardPong(): void {
		this.#isWelcome()
	}

	ended(): void {
		const life = this.#life
		if (life.state === 'gone') return
		if (life.state !== 'open') life.deadline.cancel()
		this.#deps.heartbeat.remove(this)
		this.#life = { state: 'gone' }
		this.#probe?.answer(false)
		this.#peer.gone()
		this.#deps.onGone?.(this)
	}

	/** Notes a sign of life; false when the peer sends too much and is not listened to any more. */
	#isWelcome(): boolean {
		const now = this.#deps.clock.now()
		this.lastHeardMs = now
		this.#probe?.answer(true)
		if (!this.#frameRate.exceededBy(now)) return true
		this.close(closes.abuse)
		return false
	}

	#hear(text: string | null): void {
		const life = this.#life
		try {
			switch (life.state) {
				case 'greeting':
					life.deadline.cancel()
					this.#life = { state: 'admitting', deadline: this.#answerDeadline(), waiting: [] }
					return this.#peer.first(text)
				case 'admitting':
					if (life.waiting.push(text) > MAX_WAITING) this.close(closes.abuse)
					return
				case 'open':
					return this.#peer.next(text)
				case 'closing':
					if (life.wasOpen) this.#peer.next(text)
					return
				case 'gone':
					return
			}
		} catch (error) {
			// A bug of ours never ends a connection without a code, nor takes another one with it.
			this.#deps.log.error({ err: error, ...this.#peer.ids }, 'a frame could not be handled')
			this.close(closes.tooSlow)
		}
	}

	#answerDeadline(): Timer {
		return this.#deps.clock.after(ANSWER_WITHIN_MS, () => this.close(closes.tooSlow))
	}

	#startProbe() {
		let answer: (alive: boolean) => void = () => {}
		const alive = new Promise<boolean>((resolve) => {
			const timer = this.#deps.clock.after(limits.holderProbeMs, () => answer(false))
			answer = (isAlive) => {
				timer.cancel()
				this.#probe = undefined
				resolve(isAlive)
			}
		})
		this.#socket.ping()
		return { alive, answer }
	}

	#end(): void {
		this.#socket.terminate()
		this.ended()
	}
}
