import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Stage } from '../stage.ts'

/** What stands before several servers, and leads new connections to the one it is told. */
export type Balancer = { port: number; leadTo(port: number): void }

export async function open(stage: Stage): Promise<Balancer> {
	let target = 0
	const sockets = new Set<Socket>()
	const server = createServer((near) => {
		const far = connect(target, '127.0.0.1')
		for (const [one, other] of [
			[near, far],
			[far, near],
		] as const) {
			sockets.add(one)
			one.pipe(other)
			one.on('error', () => {})
			// A server that was killed takes its clients' connections with it.
			one.on('close', () => {
				sockets.delete(one)
				other.destroy()
			})
		}
	})
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	stage.onEnd(() => {
		for (const socket of sockets) socket.destroy()
		server.close()
	})
	return {
		port: (server.address() as AddressInfo).port,
		leadTo: (port) => void (target = port),
	}
}
