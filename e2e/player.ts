import type { Pools } from '@speedfog/core/protocol/pools'
import type { SessionDetail } from '@speedfog/core/protocol/training'

/** Somebody who uses the REST API. */
export type Player = {
	/** What he signs in with elsewhere. */
	token: string
	/** Waits for the pool's first seeds: a server answers before it has read its pools. */
	start(pool: string): Promise<SessionDetail>
	detail(id: string): Promise<SessionDetail>
	pack(id: string): Promise<Buffer>
}

export async function signIn(url: string, name: string): Promise<Player> {
	const signedIn = await send(`${url}/api/auth/local`, { method: 'POST', body: { name } })
	const { token } = (await signedIn.json()) as { token: string }
	return {
		token,
		async start(pool) {
			await whenRead(url, pool)
			return json(await send(`${url}/api/training`, { method: 'POST', token, body: { pool_name: pool } }))
		},
		detail: async (id) => json(await send(`${url}/api/training/${id}?graph=false`, { token })),
		pack: async (id) =>
			Buffer.from(await (await send(`${url}/api/training/${id}/pack`, { token })).arrayBuffer()),
	}
}

const READ_WITHIN_MS = 30_000

async function whenRead(url: string, pool: string): Promise<void> {
	const deadline = Date.now() + READ_WITHIN_MS
	while (Date.now() < deadline) {
		const pools = await json<Pools>(await send(`${url}/api/pools?type=training`, {}))
		if ((pools[pool]?.available ?? 0) > 0) return
		await new Promise((resolve) => setTimeout(resolve, 100))
	}
}

type Sending = { method?: string; token?: string; body?: object }

export async function send(url: string, { method = 'GET', token, body }: Sending): Promise<Response> {
	const answer = await fetch(url, {
		method,
		headers: {
			...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
			...(body === undefined ? {} : { 'content-type': 'application/json' }),
		},
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	})
	if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`)
	return answer
}

export async function json<T>(answer: Response): Promise<T> {
	return (await answer.json()) as T
}
