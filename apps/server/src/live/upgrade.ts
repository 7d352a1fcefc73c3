import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { limits } from '@speedfog/core/protocol/limits'
import { problem } from '#http/problem.ts'
import type { Log } from '#log.ts'
import { fromWebSocket } from './socket.ts'
import type { Socket } from './socket.ts'

export type SocketRoute = {
	/** Matches a whole path; its first group is the `id` that `accept` is given. */
	path: RegExp
	accept(socket: Socket, visit: Visitor & { id: string }): void
}

/** Who asks: `signedIn` where a cookie tells, else null. */
export type Visitor = { address: string; signedIn: SignedIn | null }

/** A user, and the hash of the token by which he is known. */
export type SignedIn = { userId: string; tokenHash: Buffer }

export type Refusal = { status: number; detail: string }

export type UpgradeOptions = {
	routes: readonly SocketRoute[]
	/** Looks at Host, Origin and cookie before anything is opened. */
	admit(request: IncomingMessage): Promise<Visitor | Refusal>
	maxPerAddress: number
	maxPerUser: number
	log: Log
}

export type Upgrades = {
	/** Open sockets. */
	readonly count: number
	/** From now on every new socket is refused with 503; open ones are left alone. */
	stop(): void
}

/** A peer that never answers a close frame is cut off by `ws` after this long at the latest. */
const CLOSE_TIMEOUT_MS = 5_000
const RETRY_AFTER_SECONDS = 10

/** Lets WebSockets in beside the HTTP server's own routes. */
export function attachUpgrade(server: Server, options: UpgradeOptions): Upgrades {
	const { routes, admit, maxPerAddress, maxPerUser, log } = options
	const webSockets = new WebSocketServer({
		noServer: true,
		clientTracking: false,
		perMessageDeflate: false,
		maxPayload: limits.frameBytes,
		closeTimeout: CLOSE_TIMEOUT_MS,
	} as ConstructorParameters<typeof WebSocketServer>[0])
	const perAddress = new Map<string, number>()
	const perUser = new Map<string, number>()
	let isStopped = false
	let open = 0

	async function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
		const path = (request.url ?? '').split('?', 1)[0]!
		const found = findRoute(routes, path)
		if (!found) return refuse(stream, { status: 404, detail: 'There is no WebSocket at this address.' })
		const visitor = await admit(request)
		if ('status' in visitor) return refuse(stream, visitor)
		if (isStopped) return refuse(stream, { status: 503, detail: 'The server is about to stop.' })
		const { address, signedIn } = visitor
		const userId = signedIn && signedIn.userId
		if ((perAddress.get(address) ?? 0) >= maxPerAddress)
			return refuse(stream, { status: 429, detail: 'Too many connections are open from this address.' })
		if (userId !== null && (perUser.get(userId) ?? 0) >= maxPerUser)
			return refuse(stream, { status: 429, detail: 'Too many connections of this user are open.' })
		webSockets.handleUpgrade(request, stream, head, (webSocket) => {
			open++
			add(perAddress, address, 1)
			if (userId !== null) add(perUser, userId, 1)
			webSocket.on('close', () => {
				open--
				add(perAddress, address, -1)
				if (userId !== null) add(perUser, userId, -1)
			})
			found.route.accept(fromWebSocket(webSocket, stream), { address, signedIn, id: found.id })
		})
	}

	server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
		stream.on('error', () => {})
		upgrade(request, stream, head).catch((error: unknown) => {
			log.error({ err: error }, 'a WebSocket could not be opened')
			refuse(stream, { status: 503, detail: 'The server cannot open this connection now.' })
		})
	})

	return {
		get count() {
			return open
		},
		stop: () => void (isStopped = true),
	}
}

function findRoute(routes: readonly SocketRoute[], path: string) {
	for (const route of routes) {
		const match = route.path.exec(path)
		if (match) return { route, id: match[1] ?? '' }
	}
	return undefined
}

function refuse(stream: Duplex, { status, detail }: Refusal): void {
	const document = problem(status, detail)
	const body = JSON.stringify(document)
	const wait = status === 429 || status === 503 ? [`Retry-After: ${RETRY_AFTER_SECONDS}`] : []
	const head = [
		`HTTP/1.1 ${status} ${document.title}`,
		'Connection: close',
		'Content-Type: application/problem+json',
		`Content-Length: ${Buffer.byteLength(body)}`,
		...wait,
	]
	stream.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => stream.destroy())
}

function add(counts: Map<string, number>, key: string, by: number): void {
	const count = (counts.get(key) ?? 0) + by
	if (count > 0) counts.set(key, count)
	else counts.delete(key)
}
