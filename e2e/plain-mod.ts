import { readGraph } from '@speedfog/core/graph/read-graph'
import type { SessionDetail } from '@speedfog/core/protocol/training'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Visited } from './begun-run.ts'

type Where = { serverUrl: string; sessionId: string; modToken: string }
type Frame = { type: string; node_id?: string; message?: string }
type Gate = { flag_id: number; node_id: string; igt_ms: number }

export type Habits = {
	/** Whether it sends a gate again that found no answer. */
	sendsAgain: boolean
	gateEveryMs?: number
	answerWithinMs?: number
}

const usualHabits = { gateEveryMs: 100, answerWithinMs: 10_000 }

/**
 * A mod without `ack` that notes what it was told: one way through the seed, a death in each zone. A gate
 * that found no answer it sends again, or, as the released mod does, believes what the next greeting says.
 */
export class PlainMod {
	readonly sessionId: string
	/** What the server must have in the end: all that it answered. */
	readonly told: Visited[]
	/** How often it was let in. */
	connections = 0
	readonly #where: Where
	readonly #gates: Gate[]
	readonly #finishFlag: number
	readonly #habits: Required<Habits>
	#deaths = 0
	#socket: WebSocket | undefined
	#onFrame: ((frame: Frame | undefined) => void) | undefined
	#isRefused = false

	constructor(where: Where, session: SessionDetail, habits: Habits) {
		const read = readGraph(session.graph_json)
		if (!read.ok) throw new Error(read.reasons.join('; '))
		const { startNode, nodes, nodeOfFlag, finishFlag } = read.graph
		this.sessionId = session.id
		this.#where = where
		this.#habits = { ...usualHabits, ...habits }
		this.#finishFlag = finishFlag
		this.told = [{ node_id: startNode, flag_id: null, igt_ms: 0, deaths: 0 }]
		this.#gates = []
		for (let at = startNode; nodes.get(at)!.next.length > 0;) {
			const { next } = nodes.get(at)!
			at = next[Math.floor(Math.random() * next.length)]!
			const [flag_id] = [...nodeOfFlag].find(([, node]) => node === at)!
			this.#gates.push({ flag_id, node_id: at, igt_ms: (this.#gates.length + 1) * 1_000 })
		}
	}

	get isConnected(): boolean {
		return this.#socket?.readyState === WebSocket.OPEN
	}

	/** Until the finish is told. */
	async play(): Promise<void> {
		for (const gate of this.#gates) {
			await sleep(this.#habits.gateEveryMs)
			await this.#pass(gate)
		}
		const igtMs = (this.#gates.length + 1) * 1_000
		while (!this.#isRefused) {
			await this.#connect()
			this.#send({ type: 'status_update', igt_ms: igtMs, death_count: this.#deaths })
			this.#send({ type: 'event_flag', flag_id: this.#finishFlag, igt_ms: igtMs })
			if (await this.#hears(({ type }) => type === 'race_status_change')) break
		}
		this.#socket?.close()
	}

	async #pass(gate: Gate): Promise<void> {
		this.#deaths++
		this.told.at(-1)!.deaths++
		await this.#connect()
		for (;;) {
			this.#send({ type: 'status_update', igt_ms: gate.igt_ms, death_count: this.#deaths })
			this.#send({ type: 'event_flag', flag_id: gate.flag_id, igt_ms: gate.igt_ms })
			if (await this.#hears(({ type, node_id }) => type === 'zone_update' && node_id === gate.node_id)) break
			const zone = await this.#connect()
			if (this.#habits.sendsAgain) continue
			// A greeting that shows the gate's zone says that it was stored before the line broke.
			if (zone === gate.node_id) break
			return
		}
		this.told.push({ ...gate, deaths: 0 })
	}

	/** Connects if need be; the zone that the greeting showed. */
	async #connect(): Promise<string | undefined> {
		if (this.isConnected) return undefined
		for (;;) {
			const socket = new WebSocket(`${this.#where.serverUrl}/ws/training/${this.sessionId}`)
			this.#socket = socket
			socket.on('open', () => this.#send({ type: 'auth', mod_token: this.#where.modToken }))
			socket.on('message', (data: Buffer) => this.#onFrame?.(JSON.parse(data.toString()) as Frame))
			socket.on('error', () => {})
			socket.on('close', () => this.#onFrame?.(undefined))
			const greeting = await this.#hears(({ type }) => type === 'zone_update' || type === 'auth_error')
			if (greeting?.type === 'zone_update') {
				this.connections++
				return greeting.node_id
			}
			this.#isRefused = greeting?.message === 'Training session is not active'
			if (this.#isRefused) return undefined
			await sleep(100)
		}
	}

	/** The first frame of that kind; undefined when the connection ends before it. */
	async #hears(is: (frame: Frame) => boolean): Promise<Frame | undefined> {
		if (this.#socket?.readyState === WebSocket.CLOSED) return undefined
		const answer = new Promise<Frame | undefined>((resolve) => {
			this.#onFrame = (frame) => {
				if (frame?.type === 'ping') this.#send({ type: 'pong' })
				if (!frame || is(frame)) resolve(frame)
			}
		})
		const late = sleep(this.#habits.answerWithinMs).then(() => {
			throw new Error(`${this.sessionId}: no answer`)
		})
		late.catch(() => {})
		return Promise.race([answer, late])
	}

	#send(frame: object): void {
		if (this.isConnected) this.#socket!.send(JSON.stringify(frame))
	}
}
