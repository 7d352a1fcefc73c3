import { readGraph } from '@speedfog/core/graph/read-graph'
import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import type { SessionDetail } from '@speedfog/core/protocol/training'
import { WebSocket } from 'ws'

type Frame = { type: string }

/** A game that does what a test says, when it says it. */
export class HandMod {
	readonly graph: SeedGraph
	readonly #socket: WebSocket
	#igtMs = 0

	private constructor(graph: SeedGraph, socket: WebSocket) {
		this.graph = graph
		this.#socket = socket
	}

	/** Joins a run with the token of its pack; `fetched` asks the server as the run's player. */
	static async join(id: string, fetched: (path: string) => Promise<Buffer>): Promise<HandMod> {
		const pack = await fetched(`/api/training/${id}/pack`)
		const detail = JSON.parse((await fetched(`/api/training/${id}`)).toString()) as SessionDetail
		// The file that a pack gains is stored as it is.
		const [, url, token] = /url = "(ws[^"]+)"[^]*?mod_token = "([^"]+)"/.exec(pack.toString('latin1')) ?? []
		const read = readGraph(detail.graph_json)
		if (!read.ok || url === undefined) throw new Error('no pack of a run')
		const socket = new WebSocket(`${url}/ws/training/${id}`)
		const greeted = new Promise<void>((resolve, reject) => {
			socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', mod_token: token })))
			socket.on('close', () => reject(new Error('the game was not let in')))
			socket.on('message', (data: Buffer) => {
				const { type } = JSON.parse(data.toString()) as Frame
				if (type === 'auth_ok') resolve()
				if (type === 'ping') socket.send('{"type":"pong"}')
			})
		})
		await greeted
		return new HandMod(read.graph, socket)
	}

	status(igtMs: number, deaths: number): void {
		this.#igtMs = igtMs
		this.#send({ type: 'status_update', igt_ms: igtMs, death_count: deaths })
	}

	/** Passes the gate to that node. */
	go(nodeId: string): void {
		const flag = [...this.graph.nodeOfFlag].find(([, node]) => node === nodeId)?.[0]
		this.#send({ type: 'event_flag', flag_id: flag, igt_ms: ++this.#igtMs })
	}

	finish(igtMs: number): void {
		this.#send({ type: 'event_flag', flag_id: this.graph.finishFlag, igt_ms: igtMs })
	}

	leave(): void {
		this.#socket.close()
	}

	#send(frame: object): void {
		this.#socket.send(JSON.stringify(frame))
	}
}
