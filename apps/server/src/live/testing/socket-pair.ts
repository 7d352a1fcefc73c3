import type { Close } from '@speedfog/core/protocol/close'
import type { Message } from '../message.ts'
import type { Socket, SocketListener } from '../socket.ts'

type Packet = { text: string } | { binary: true } | { ping: true } | { pong: true } | { closed: Close }

/**
 * Two ends and a queue each way instead of a network: the test decides when a packet lands. The far end
 * is a peer that answers pings and close frames as every WebSocket library does, unless it is `dead`.
 */
export class SocketPair {
	/** What the server holds. */
	readonly socket: Socket
	/** Frames that the far end has got, parsed. */
	readonly got: Record<string, unknown>[] = []
	/** The close frame the far end has got. */
	closed: Close | undefined
	/** The server has sent a close frame, landed or not. */
	isClosing = false
	/** True once the connection is over at the server's end. */
	over = false
	/** A dead far end neither gets nor sends anything: half-open TCP. */
	dead = false
	/** Whether the far end answers a close frame; one that does not may go on sending. */
	answersClose = true
	/** Makes the server see this much as not taken by the network yet. */
	bufferedBytes = 0
	/** WebSocket pings that the server sent, landed or not. */
	pingsSent = 0
	/** Those that landed. */
	pings = 0
	#toServer: Packet[] = []
	#toPeer: Packet[] = []
	#listener: SocketListener | undefined
	#wake: (() => void)[] = []

	constructor() {
		const pair = this
		this.socket = {
			send: (message: Message) => pair.#push({ text: message.text }),
			ping: () => {
				pair.pingsSent++
				pair.#push({ ping: true })
			},
			close: (close) => {
				pair.isClosing = true
				pair.#push({ closed: close })
			},
			terminate: () => pair.end(),
			get bufferedBytes() {
				return pair.bufferedBytes
			},
			listen: (listener) => void (pair.#listener = listener),
		}
	}

	/** The far end sends a frame; it lands with the next `flush`. */
	send(frame: unknown): void {
		this.#toServer.push({ text: typeof frame === 'string' ? frame : JSON.stringify(frame) })
	}

	sendBinary(): void {
		this.#toServer.push({ binary: true })
	}

	/** Delivers what is under way in both directions, until nothing is. */
	flush(): void {
		while (this.#toServer.length > 0 || this.#toPeer.length > 0) {
			for (const packet of this.#toServer.splice(0)) if (!this.dead) this.#land(packet)
			for (const packet of this.#toPeer.splice(0)) if (!this.dead) this.#arrive(packet)
		}
	}

	/** The far end goes away. */
	end(): void {
		if (this.over) return
		this.over = true
		this.#listener?.ended()
		this.#notify()
	}

	/** Flushes, and lets the server work, until `is` holds. */
	async until(is: () => boolean, what = 'the expected frames'): Promise<void> {
		const deadline = performance.now() + 5_000
		for (;;) {
			this.flush()
			if (is()) return
			if (performance.now() > deadline) {
				throw new Error(`waited in vain for ${what}; got ${JSON.stringify(this.got)}`)
			}
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, 5)
				this.#wake.push(() => {
					clearTimeout(timer)
					resolve()
				})
			})
		}
	}

	#push(packet: Packet): void {
		if (this.over) return
		this.#toPeer.push(packet)
		this.#notify()
	}

	#notify(): void {
		for (const wake of this.#wake.splice(0)) wake()
	}

	#land(packet: Packet): void {
		if (this.over || !this.#listener) return
		if ('text' in packet) this.#listener.heardText(packet.text)
		else if ('binary' in packet) this.#listener.heardBinary()
		else if ('pong' in packet) this.#listener.heardPong()
		else if ('closed' in packet) this.end()
	}

	#arrive(packet: Packet): void {
		if ('text' in packet) {
			this.got.push(JSON.parse(packet.text) as Record<string, unknown>)
		} else if ('ping' in packet) {
			this.pings++
			this.#toServer.push({ pong: true })
		} else if ('closed' in packet) {
			this.closed = packet.closed
			if (this.answersClose) this.#toServer.push({ closed: packet.closed })
		}
	}
}
