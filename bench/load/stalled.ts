import { WebSocket } from 'ws'
import type { RosterSession } from './commands.ts'

/** Somebody who asks to watch a session and then reads nothing any more. */
export class Stalled {
	readonly #socket: WebSocket

	private constructor(socket: WebSocket) {
		this.#socket = socket
	}

	/** Resolves when it is let in and has stopped reading. `url`: `ws://…` without a path. */
	static open(url: string, { id, shareToken }: RosterSession): Promise<Stalled> {
		const socket = new WebSocket(`${url}/ws/training/${id}/spectate`, { perMessageDeflate: false })
		return new Promise((resolve, reject) => {
			socket.on('error', reject)
			socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', token: shareToken })))
			socket.once('message', () => {
				socket.pause()
				resolve(new Stalled(socket))
			})
		})
	}

	leave(): void {
		this.#socket.terminate()
	}
}
