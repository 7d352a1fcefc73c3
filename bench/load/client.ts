import { setTimeout as sleep } from 'node:timers/promises'
import { ThinSocket } from './thin-socket.ts'

export type ClientOptions = {
	url: string
	auth: object
	/** The type of the last frame of the greeting. */
	greeting: string
	heard: (bytes: Buffer) => void
	/** Closed by the other side. */
	closed: () => void
}

const GREETED_WITHIN_MS = 30_000
const TRY_AGAIN_MS = 100
const PING = Buffer.from('{"type":"ping"')
const pong = '{"type":"pong"}'

/** One socket of the load: it signs in, answers pings, and hands on what it hears. */
export class Client {
	/** Closed by a refusal, which a client must not answer by coming back (P54). */
	refused = 0
	comesBack = false
	readonly #options: ClientOptions
	#socket: ThinSocket | undefined
	#isGreeted = false
	#isLeaving = false

	constructor(options: ClientOptions) {
		this.#options = options
	}

	get isLive(): boolean {
		return this.#isGreeted
	}

	/** Until it is greeted. */
	connect(): Promise<void> {
		const { url, auth, greeting } = this.#options
		const awaited = Buffer.from(`{"type":"${greeting}"`)
		return new Promise((resolve, reject) => {
			const late = setTimeout(() => this.#socket?.end(), GREETED_WITHIN_MS)
			this.#socket = new ThinSocket(url, () => this.#socket!.send(JSON.stringify(auth)), {
				text: (bytes) => {
					if (bytes.subarray(0, PING.length).equals(PING)) this.#socket!.send(pong)
					else if (this.#isGreeted) this.#options.heard(bytes)
					else if (bytes.subarray(0, awaited.length).equals(awaited)) {
						clearTimeout(late)
						this.#isGreeted = true
						resolve()
					}
				},
				closed: (code) => {
					clearTimeout(late)
					if (code >= 4000) this.refused++
					reject(new Error(`${url}: closed ${code} before the greeting`))
					this.#ended()
				},
			})
		})
	}

	send(text: string): void {
		if (this.#isGreeted) this.#socket!.send(text)
	}

	leave(): void {
		this.#isLeaving = true
		this.#socket?.end()
	}

	#ended(): void {
		const wasGreeted = this.#isGreeted
		this.#isGreeted = false
		if (this.#isLeaving || !wasGreeted) return
		this.#options.closed()
		if (this.comesBack) void this.#comeBack()
	}

	async #comeBack(): Promise<void> {
		while (!this.#isLeaving && !this.#isGreeted) {
			await this.connect().catch(() => sleep(TRY_AGAIN_MS * (0.5 + Math.random())))
		}
	}
}
