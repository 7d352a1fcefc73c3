import type { OverlaySettings } from '@speedfog/core/protocol/accounts'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Board } from './board.ts'
import { buildPage } from './page.ts'

/** The overlay's page on this machine, for nobody but this machine. */
export type Overlay = {
	url: string
	show(board: Board): void
	close(): void
}

/** OBS and the like keep an address: it is the same each time, if nobody else has it. */
export const USUAL_PORT = 8777
/** Where the browser looks again when the companion was gone. */
const RETRY_MS = 1_000

export async function openOverlay(settings: OverlaySettings, port = USUAL_PORT): Promise<Overlay> {
	const page = buildPage(settings)
	const watching = new Set<ServerResponse>()
	let latest: Board | null = null
	const message = () => (latest ? `data: ${JSON.stringify(latest)}\n\n` : '')
	const server = createServer((request, response) => {
		// A name of somebody else that leads to this machine is a web page's, which is to see nothing.
		const host = request.headers.host?.replace(/:\d+$/, '')
		if (host !== '127.0.0.1' && host !== 'localhost') return void response.writeHead(421).end()
		if (request.method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end()
		switch (request.url?.split('?', 1)[0]) {
			case '/':
				return void response.writeHead(302, { location: '/overlay' }).end()
			case '/overlay':
				return void response
					.writeHead(200, {
						'content-type': 'text/html; charset=utf-8',
						'content-security-policy': page.policy,
						'cache-control': 'no-store',
					})
					.end(page.html)
			case '/overlay/boards':
				response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
				response.write(`retry: ${RETRY_MS}\n\n${message()}`)
				watching.add(response)
				return void response.on('close', () => watching.delete(response))
			default:
				response.writeHead(404).end()
		}
	})
	await listen(server, port).catch(() => listen(server, 0))
	const { port: taken } = server.address() as AddressInfo

	return {
		url: `http://127.0.0.1:${taken}/overlay`,
		show(board) {
			latest = board
			if (watching.size === 0) return
			const shown = message()
			// Who does not read is left out: the next board says everything again.
			for (const response of watching) if (!response.writableNeedDrain) response.write(shown)
		},
		close() {
			for (const response of watching) response.end()
			server.close()
			server.closeAllConnections()
		},
	}
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', reject)
		server.listen(port, '127.0.0.1', () => {
			server.off('error', reject)
			resolve()
		})
	})
}
