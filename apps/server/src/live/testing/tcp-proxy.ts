import net from 'node:net'
import type { AddressInfo } from 'node:net'

export type TcpProxy = {
	port: number
	/** From now on nothing passes, and neither end is told: a cable pulled out. */
	goSilent(): void
	close(): Promise<void>
}

/** Stands between a client and a port of this machine, or a socket in its file system. */
export async function tcpProxy(to: number | string): Promise<TcpProxy> {
	const sockets = new Set<net.Socket>()
	let isSilent = false
	const server = net.createServer((near) => {
		const far = typeof to === 'number' ? net.connect(to, '127.0.0.1') : net.connect(to)
		for (const [from, other] of [
			[near, far],
			[far, near],
		] as const) {
			sockets.add(from)
			from.on('data', (data) => void (isSilent || other.write(data)))
			from.on('end', () => void (isSilent || other.end()))
			from.on('error', () => {})
		}
	})
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	return {
		port: (server.address() as AddressInfo).port,
		goSilent: () => void (isSilent = true),
		close: () =>
			new Promise((resolve) => {
				for (const socket of sockets) socket.destroy()
				server.close(() => resolve())
			}),
	}
}
