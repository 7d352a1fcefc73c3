import { readGraph } from '@speedfog/core/graph/read-graph'
import type { SessionDetail } from '@speedfog/core/protocol/training'
import { Caller } from './testing-socket.ts'

/** A run on a server, and a way through it: each gate leads to a new node. */
export type TestRun = { id: string; gates: { flag: number; node: string }[]; finishFlag: number }

type Where = { url: string; token: string }

/** A REST call; throws what the server says against it. */
export async function call<T>({ url, token }: Where, path: string, method = 'GET'): Promise<T> {
	const answer = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}` } })
	if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
	return (await answer.json()) as T
}

export async function startRun(where: Where): Promise<TestRun> {
	const { id, graph_json } = await call<SessionDetail>(where, '/api/training', 'POST')
	const read = readGraph(graph_json)
	if (!read.ok) throw new Error(read.reasons.join('; '))
	const { startNode, nodes, nodeOfFlag, finishFlag } = read.graph
	const gates: TestRun['gates'] = []
	for (let at = startNode; nodes.get(at)!.next.length > 0;) {
		at = nodes.get(at)!.next[0]!
		const [flag] = [...nodeOfFlag].find(([, node]) => node === at)!
		gates.push({ flag, node: at })
	}
	return { id, gates, finishFlag }
}

type Mod = { token: string; ack?: boolean }

const ackClient = { name: 'test', version: '1', features: ['ack'] }

/** A socket that says it is the mod; what comes of it is not waited for. */
export function dial(url: string, id: string, { token, ack = false }: Mod): Promise<Caller> {
	const auth = { type: 'auth', mod_token: token, ...(ack ? { client: ackClient } : {}) }
	return Caller.open(`${url.replace('http', 'ws')}/ws/training/${id}`, auth)
}

/** A mod that was let in and greeted. */
export async function connect(url: string, id: string, mod: Mod): Promise<Caller> {
	const caller = await dial(url, id, mod)
	await caller.wait(({ type }) => type === (mod.ack ? 'ack' : 'zone_update'))
	return caller
}

/** A spectator that got its snapshot. */
export async function watch({ url, token }: Where, id: string): Promise<Caller> {
	const path = `/ws/training/${id}/spectate`
	const caller = await Caller.open(url.replace('http', 'ws') + path, { type: 'auth', token })
	await caller.wait(({ type }) => type === 'race_state')
	return caller
}
