import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { rssBytes } from './processes.ts'

export type Memory = { rssBytes: number; heapBytes: number }

const COLLECTIONS = 4
const SETTLE_MS = 1_000

/** A port for the inspector of a process, and what makes Node listen there. */
export async function port(): Promise<{ port: number; nodeArgs: string[] }> {
	const probe = createServer()
	await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
	const { port } = probe.address() as AddressInfo
	await new Promise((resolve) => probe.close(resolve))
	return { port, nodeArgs: [`--inspect=127.0.0.1:${port}`, '--inspect-publish-uid=http'] }
}

/** What a process holds once all that it does not need was thrown away. */
export async function settledMemory(pid: number, port: number): Promise<Memory> {
	const targets = await fetch(`http://127.0.0.1:${port}/json/list`)
	const [target] = (await targets.json()) as { webSocketDebuggerUrl: string }[]
	const inspector = await open(target!.webSocketDebuggerUrl)
	for (let round = 0; round < COLLECTIONS; round++) {
		await inspector.ask('HeapProfiler.collectGarbage')
		await sleep(SETTLE_MS)
	}
	const expression = 'process.memoryUsage().heapUsed + process.memoryUsage().external'
	const { result } = await inspector.ask<{ result: { value: number } }>('Runtime.evaluate', { expression })
	inspector.close()
	return { rssBytes: rssBytes(pid), heapBytes: result.value }
}

async function open(url: string) {
	const socket = new WebSocket(url)
	await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
	let asked = 0
	return {
		ask: <Result>(method: string, params = {}) =>
			new Promise<Result>((resolve) => {
				const id = ++asked
				socket.on('message', function hear(data: Buffer) {
					const answer = JSON.parse(data.toString()) as { id: number; result: Result }
					if (answer.id !== id) return
					socket.off('message', hear)
					resolve(answer.result)
				})
				socket.send(JSON.stringify({ id, method, params }))
			}),
		close: () => socket.close(),
	}
}
