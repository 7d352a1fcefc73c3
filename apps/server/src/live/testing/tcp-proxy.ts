import net from 'node:net'
import type { AddressInfo } from 'node:net'

export type TcpProxy = {
	port: number
	/** The same for those that are connected now; whoever comes is let through. */
	forget(): void
	/** From now on nothing passes, and neither end is told: a cable pulled out. */
	goSilent(): void
	close(): Promise<void>
}

/** Stands between a client and a port of this machine, or a socket in its file system. */
export async function tcpProxy(to: number | string): Promise<TcpProxy> {
	const sockets = new Set<net.Socket>()
	let isSilent = false
	let forgotten = 0
	let count = 0
	const server = net.createServer((near) => {
		const number = ++count
		const isDeaf = () => isSilent || number <= forgotten
		const far = typeof to === 'number' ? net.connect(to, '127.0.0.1') : net.connect(to)
		for (const [from, other] of [
			[near, far],
			[far, near],
		] as const) {
			sockets.add(from)
			from.on('data', (data) => void (isDeaf() || other.write(data)))
			from.on('end', () => void (isDeaf() || other.end()))
			from.on('error', () => {})
		}
	})
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	return {
		port: (server.address() as AddressInfo).port,
		forget: () => void (forgotten = count),
		goSilent: () => void (isSilent = true),
		close: () =>
			new Promise((resolve) => {
				for (const socket of sockets) socket.destroy()
				server.close(() => resolve())
			}),
	}
}
