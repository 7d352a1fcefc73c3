import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Visited } from '../../e2e/begun-run.ts'
import { sameVisits } from './account.ts'

type Frame = { type: string; participants?: { visits?: Visited[]; status: string }[] }

const TRY_AGAIN_MS = 200
const LOOK_EVERY_MS = 50

/** Somebody who watches a run on one server, and comes back to that one whenever it is there. */
export class Watcher {
	/** How often the server went away. */
	closed = 0
	#visits: Visited[] = []
	#status = ''
	#socket: WebSocket | undefined
	#isLeaving = false
	readonly #url: string
	readonly #token: string

	constructor(serverUrl: string, { sessionId, token }: { sessionId: string; token: string }) {
		this.#url = `${serverUrl.replace('http', 'ws')}/ws/training/${sessionId}/spectate`
		this.#token = token
		this.#connect()
	}

	/** Whether it saw the whole run, now or soon. */
	async sawAll(visits: readonly Visited[], withinMs: number): Promise<boolean> {
		for (let waitedMs = 0; waitedMs < withinMs; waitedMs += LOOK_EVERY_MS) {
			if (this.#status === 'finished' && sameVisits(this.#visits, visits)) return true
			await sleep(LOOK_EVERY_MS)
		}
		return false
	}

	leave(): void {
		this.#isLeaving = true
		this.#socket?.terminate()
	}

	#connect(): void {
		const socket = new WebSocket(this.#url)
		this.#socket = socket
		socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', token: this.#token })))
		socket.on('error', () => {})
		socket.on('message', (data: Buffer) => this.#hear(JSON.parse(data.toString()) as Frame))
		socket.on('close', () => {
			if (this.#isLeaving) return
			this.closed++
			setTimeout(() => this.#isLeaving || this.#connect(), TRY_AGAIN_MS)
		})
	}

	#hear({ participants }: Frame): void {
		const [participant] = participants ?? []
		if (!participant) return
		this.#visits = participant.visits ?? this.#visits
		this.#status = participant.status
	}
}
