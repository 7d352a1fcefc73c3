import { Agent, request } from 'node:http'

export type Requests = {
	get(path: string): Promise<Answered>
	post(path: string, body?: object): Promise<Answered>
}

type Answered = {
	status: number
	bytes: number
	body: Buffer | undefined
	/** From the request to the first byte of the body, and to the last. */
	firstByteMs: number
	ms: number
}

/** Requests over connections that stay open, one for each that is under way. `keeps`: the bodies are wanted. */
export function to(
	url: string,
	{ token, keeps = false }: { token?: string; keeps?: boolean } = {},
): Requests {
	const agent = new Agent({ keepAlive: true, maxSockets: 1_000 })
	const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
	function ask(method: string, path: string, body?: object): Promise<Answered> {
		const startedMs = performance.now()
		return new Promise((resolve, reject) => {
			const sent = request(`${url}${path}`, { agent, method, headers }, (response) => {
				let bytes = 0
				let firstByteMs = 0
				const kept: Buffer[] = []
				response.on('data', (chunk: Buffer) => {
					if (bytes === 0) firstByteMs = performance.now() - startedMs
					bytes += chunk.length
					if (keeps) kept.push(chunk)
				})
				response.on('error', reject)
				response.on('end', () => {
					const ms = performance.now() - startedMs
					const whole = keeps ? Buffer.concat(kept) : undefined
					resolve({ status: response.statusCode!, bytes, body: whole, firstByteMs, ms })
				})
			})
			sent.on('error', reject)
			if (body !== undefined) sent.setHeader('content-type', 'application/json')
			sent.end(body === undefined ? undefined : JSON.stringify(body))
		})
	}
	return { get: (path) => ask('GET', path), post: (path, body) => ask('POST', path, body) }
}
