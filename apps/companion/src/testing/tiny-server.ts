import { OverlaySettings } from '@speedfog/core/protocol/accounts'
import { nodesAt } from '@speedfog/core/graph/maps'
import { readModAuth, readModFrame } from '@speedfog/core/protocol/read-frame'
import type { ModAuth, ModMessage, ToMod } from '@speedfog/core/protocol/mod'
import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Visit } from '../game/simulated-game.ts'

/** A server of one run that believes everything: enough to be told a run, too little to judge one. */
export type TinyServer = {
	url: string
	sessionId: string
	/** Every frame since the start but auth, pong and zone queries, in order. */
	told: ModMessage[]
	auths: ModAuth[]
	run: TinyRun
	/** Ends all connections without a closing handshake, as a killed server does. */
	cut(): void
	send(frame: ToMod): void
	close(): Promise<void>
}

type TinyRun = {
	visits: Visit[]
	igtMs: number
	deaths: number
	status: 'running' | 'finished' | 'abandoned'
	acked: number
	framesAtMs: number[]
}

export type TinyServerOptions = {
	graph: SeedGraph
	/** Cuts each connection at its nth frame: in turn before it was taken and before it was answered. */
	cutAt?: number
	ack?: boolean
	/** What an auth is answered with, if not `auth_ok`. */
	refuse?: (attempt: number) => { message: string; code: number } | undefined
}

const SESSION = '0197c0de-0000-7000-8000-000000000001'
const SEED = '0197c0de-0000-7000-8000-000000000002'

export async function openTinyServer({
	graph,
	ack = true,
	refuse,
	cutAt = Infinity,
}: TinyServerOptions): Promise<TinyServer> {
	const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' })
	await new Promise((resolve) => wss.once('listening', resolve))
	const run: TinyRun = { visits: [], igtMs: 0, deaths: 0, status: 'running', acked: 0, framesAtMs: [] }
	const told: ModMessage[] = []
	const auths: ModAuth[] = []
	const send = (socket: WebSocket, frame: ToMod) => socket.send(JSON.stringify(frame))

	wss.on('connection', (socket) => {
		let auth: ModAuth | undefined
		let frames = 0
		socket.on('message', (data) => {
			run.framesAtMs.push(Date.now())
			if (++frames >= cutAt) {
				if (frames === cutAt && auth && auths.length % 2 === 0) take(socket, auth, String(data))
				return socket.terminate()
			}
			if (auth) return take(socket, auth, String(data))
			const frame = readModAuth(String(data))
			if (!frame.ok) throw new Error(frame.problem)
			auths.push(frame.auth)
			const refusal = refuse?.(auths.length)
			if (refusal) {
				send(socket, { type: 'auth_error', message: refusal.message })
				return socket.close(refusal.code)
			}
			auth = frame.auth
			greet(socket)
			if (wantsAck(auth)) send(socket, { type: 'ack', seq: run.acked })
		})
	})

	function greet(socket: WebSocket) {
		send(socket, {
			type: 'auth_ok',
			participant_id: SESSION,
			race: {
				id: SESSION,
				name: 'Training',
				status: run.status,
				started_at: new Date().toISOString(),
				seeds_released_at: null,
			},
			seed: {
				seed_id: SEED,
				total_layers: graph.totalLayers,
				graph_json: null,
				total_nodes: graph.totalNodes,
				total_paths: graph.totalPaths,
				event_ids: [...graph.eventIds],
				finish_event: graph.finishFlag,
				spawn_items: [...graph.spawnItems],
			},
			participants: [participant()],
		})
		send(socket, { type: 'race_start' })
		const nodeId = run.visits.at(-1)?.nodeId ?? graph.startNode
		send(socket, {
			type: 'zone_update',
			node_id: nodeId,
			display_name: nodeId,
			tier: 1,
			original_tier: null,
			exits: [],
		})
	}

	const participant = () => ({
		id: SESSION,
		twitch_username: 'runner',
		twitch_display_name: null,
		status: run.status === 'running' ? ('playing' as const) : run.status,
		current_zone: run.visits.at(-1)?.nodeId ?? null,
		current_layer: 0,
		current_layer_tier: null,
		igt_ms: run.igtMs,
		death_count: run.deaths,
		color_index: 0 as const,
		mod_connected: true,
		zone_history: [...found()].map((node_id) => ({ node_id, igt_ms: 0 })),
		gap_ms: null,
		layer_entry_igt: null,
	})
	const found = () => new Set(run.visits.map(({ nodeId }) => nodeId))
	const wantsAck = (auth: ModAuth) => ack && auth.client?.features.includes('ack')

	function take(socket: WebSocket, auth: ModAuth, text: string) {
		const frame = readModFrame(text)
		if (!frame.ok) throw new Error(frame.problem)
		const { message } = frame
		if (message.type === 'pong' || message.type === 'ready') return
		const seq = 'seq' in message ? message.seq : undefined
		if (wantsAck(auth) && message.type !== 'zone_query' && seq === undefined) throw new Error('no seq')
		const isNews = seq === undefined || seq > run.acked
		if (isNews && run.status === 'running') {
			if (message.type !== 'zone_query') told.push(message)
			tell(message)
		}
		if (seq !== undefined) run.acked = Math.max(run.acked, seq)
		if (run.status === 'finished' && isNews) {
			send(socket, { type: 'race_status_change', status: 'finished', started_at: null })
		}
		if (wantsAck(auth) && seq !== undefined) send(socket, { type: 'ack', seq })
	}

	function tell(message: Exclude<ModMessage, { type: 'pong' | 'ready' }>) {
		if (run.visits.length === 0) visit(graph.startNode, null, 0)
		switch (message.type) {
			case 'status_update': {
				const rise = Math.max(0, message.death_count - run.deaths)
				;(run.visits.at(-1) as Visit).deaths += rise
				run.deaths = message.death_count
				run.igtMs = message.igt_ms
				break
			}
			case 'event_flag': {
				run.igtMs = Math.max(run.igtMs, message.igt_ms)
				if (message.flag_id === graph.finishFlag) {
					run.status = 'finished'
					run.igtMs = message.igt_ms
				} else {
					visit(graph.nodeOfFlag.get(message.flag_id) as string, message.flag_id, message.igt_ms)
				}
				break
			}
			case 'zone_query': {
				const here = nodesAt(graph, message.map_id as string)
				const candidates = [...here].filter((node) => found().has(node))
				const [only] = candidates
				if (candidates.length === 1 && only && only !== run.visits.at(-1)?.nodeId)
					visit(only, null, run.igtMs)
				break
			}
			case 'finished':
		}
	}

	function visit(nodeId: string, flagId: number | null, igtMs: number) {
		run.visits.push({ nodeId, flagId, igtMs, deaths: 0 })
	}

	const { port } = wss.address() as AddressInfo
	return {
		url: `ws://127.0.0.1:${port}`,
		sessionId: SESSION,
		told,
		auths,
		run,
		cut() {
			for (const socket of wss.clients) socket.terminate()
		},
		send(frame) {
			for (const socket of wss.clients) send(socket, frame)
		},
		async close() {
			for (const socket of wss.clients) socket.terminate()
			await new Promise((resolve) => wss.close(resolve))
		},
	}
}

export const tinyConfig = (server: TinyServer) => ({
	serverUrl: server.url,
	sessionId: server.sessionId,
	modToken: 'secret',
	seedId: SEED,
	overlay: OverlaySettings.parse({}),
})
