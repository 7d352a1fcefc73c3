import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Close } from '@speedfog/core/protocol/close'
import type { Message } from './message.ts'

/** The smallest socket that everything live needs. Nothing here throws; after the end all is ignored. */
export type Socket = {
	send(message: Message): void
	/** A WebSocket ping, which every peer answers by itself. */
	ping(): void
	/** Sends a close frame; what the peer sent before it answers still arrives. */
	close(close: Close): void
	/** Ends the connection at once, without a word. */
	terminate(): void
	/** Sent by us and not yet taken by the network. */
	readonly bufferedBytes: number
	listen(listener: SocketListener): void
}

export type SocketListener = {
	heardText(text: string): void
	/** A frame that is no text: nobody sends one, but it counts. */
	heardBinary(): void
	heardPing(): void
	heardPong(): void
	/** Called once, when nothing more can arrive. */
	ended(): void
}

export function fromWebSocket(webSocket: WebSocket, stream: Duplex): Socket {
	return new WebSocketSocket(webSocket, stream)
}

class WebSocketSocket implements Socket {
	readonly #webSocket: WebSocket
	readonly #stream: Duplex

	constructor(webSocket: WebSocket, stream: Duplex) {
		this.#webSocket = webSocket
		this.#stream = stream
	}

	get bufferedBytes(): number {
		return this.#stream.writableLength
	}

	// Without compression `ws` itself writes whole frames straight to the stream and keeps no queue, so a
	// frame made elsewhere may be written between two of its own. It saves a copy and a system call each.
	send(message: Message): void {
		if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#stream.write(message.frame)
	}

	ping(): void {
		if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping()
	}

	close({ code, reason }: Close): void {
		this.#webSocket.close(code, reason)
	}

	terminate(): void {
		this.#webSocket.terminate()
	}

	listen(listener: SocketListener): void {
		this.#webSocket
			.on('message', (data, isBinary) => {
				if (isBinary) listener.heardBinary()
				else listener.heardText((data as Buffer).toString())
			})
			.on('ping', () => listener.heardPing())
			.on('pong', () => listener.heardPong())
			// A frame that breaks the protocol or is too big: `ws` has already sent the close frame that says so.
			.on('error', () => {})
			.on('close', () => listener.ended())
	}
}
