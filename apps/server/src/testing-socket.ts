import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

type Frame = Record<string, unknown>

/** Somebody at the other end of a real WebSocket, who goes when the test ends. */
export class Caller {
	readonly got: Frame[] = []
	/** The code of its close frame. */
	readonly closed: Promise<number>
	readonly #socket: WebSocket
	#read = 0
	#wake: () => void = () => {}

	private constructor(socket: WebSocket) {
		this.#socket = socket
		socket.on('message', (data: Buffer) => {
			this.got.push(JSON.parse(data.toString()) as Frame)
			this.#wake()
		})
		socket.on('error', () => {})
		this.closed = once(socket, 'close').then(([code]) => code as number)
	}

	/** Opens a socket and says who it is. */
	static async open(url: string, auth: object): Promise<Caller> {
		const socket = new WebSocket(url)
		const caller = new Caller(socket)
		onTestFinished(() => caller.end())
		await once(socket, 'open')
		caller.send(auth)
		return caller
	}

	get isOpen(): boolean {
		return this.#socket.readyState === WebSocket.OPEN
	}

	send(frame: object): void {
		this.#socket.send(JSON.stringify(frame))
	}

	end(): void {
		this.#socket.terminate()
	}

	/** The next frame that is wanted, of those that were not waited for yet. */
	async wait(isWanted: (frame: Frame) => boolean): Promise<Frame> {
		const patience = AbortSignal.timeout(15_000)
		for (;;) {
			while (this.#read < this.got.length) {
				const frame = this.got[this.#read++]!
				if (isWanted(frame)) return frame
			}
			if (patience.aborted || !this.isOpen)
				throw new Error(`waited in vain: ${JSON.stringify(this.got.slice(-5)).slice(0, 2_000)}`)
			await new Promise<void>((resolve) => {
				this.#wake = resolve
				setTimeout(resolve, 200)
			})
		}
	}
}
