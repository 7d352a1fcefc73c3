import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Somebody at Twitch, in Twitch's words. */
export type TwitchUser = {
	id: string
	login: string
	display_name: string
	profile_image_url: string
}

/** What goes wrong, and in answer to which question. */
export type Trouble = 'down' | 'slow' | 'garbage' | 'endless' | 'moved' | 'nobody'

export type StandIn = {
	config: { clientId: string; clientSecret: string; baseUrl: string; apiUrl: string }
	/** Who sits at the browser and says yes; null says no. */
	person: TwitchUser | null
	trouble: { token?: Trouble; users?: Trouble }
	/** The codes given out so far are as old as Twitch lets them become. */
	expireCodes(): void
	close(): Promise<void>
}

type Grant = { person: TwitchUser; redirectUri: string; challenge: string }

/** A server that answers like Twitch: strict about clients, one use a code, `scope` a list. */
export async function startTwitch(): Promise<StandIn> {
	const [clientId, clientSecret] = ['stand-in-client', randomBytes(15).toString('hex')]
	const codes = new Map<string, Grant>()
	const tokens = new Map<string, TwitchUser>()
	const server = createServer((request, response) => {
		void answer(request, response)
	})
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

	const standIn: StandIn = {
		config: { clientId, clientSecret, baseUrl: `${origin}/oauth2`, apiUrl: `${origin}/helix` },
		person: null,
		trouble: {},
		expireCodes: () => codes.clear(),
		close: async () => {
			server.closeAllConnections()
			server.close()
			await once(server, 'close')
		},
	}
	return standIn

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { pathname, searchParams } = new URL(request.url!, origin)
		const route = `${request.method} ${pathname}`
		if (route === 'GET /oauth2/authorize') return authorize(searchParams, response)
		if (route === 'POST /oauth2/token') {
			if (standIn.trouble.token) return fail(standIn.trouble.token, response)
			return exchange(new URLSearchParams(await text(request)), response)
		}
		if (route === 'GET /helix/users') {
			if (standIn.trouble.users) return fail(standIn.trouble.users, response)
			return users(request, response)
		}
		send(response, 404, { status: 404, message: 'not found' })
	}

	function authorize(asked: URLSearchParams, response: ServerResponse): void {
		const redirectUri = asked.get('redirect_uri')!
		if (asked.get('client_id') !== clientId) return send(response, 400, { message: 'invalid client' })
		const back = new URL(redirectUri)
		back.searchParams.set('state', asked.get('state') ?? '')
		if (standIn.person) {
			const code = randomBytes(15).toString('hex')
			const challenge = asked.get('code_challenge') ?? ''
			codes.set(code, { person: standIn.person, redirectUri, challenge })
			back.searchParams.set('code', code)
			back.searchParams.set('scope', asked.get('scope') ?? '')
		} else {
			back.searchParams.set('error', 'access_denied')
			back.searchParams.set('error_description', 'The user denied you access')
		}
		response.writeHead(302, { location: back.href }).end()
	}

	function exchange(asked: URLSearchParams, response: ServerResponse): void {
		if (asked.get('client_id') !== clientId)
			return send(response, 400, { status: 400, message: 'invalid client' })
		if (asked.get('client_secret') !== clientSecret)
			return send(response, 403, { status: 403, message: 'invalid client secret' })
		const code = asked.get('code') ?? ''
		const grant = codes.get(code)
		codes.delete(code)
		const challenge = createHash('sha256').update(asked.get('code_verifier') ?? '')
		if (
			asked.get('grant_type') !== 'authorization_code' ||
			grant?.redirectUri !== asked.get('redirect_uri') ||
			grant?.challenge !== challenge.digest('base64url')
		)
			return send(response, 400, { status: 400, message: 'Invalid authorization code' })
		const token = randomBytes(15).toString('hex')
		tokens.set(token, grant.person)
		send(response, 200, {
			access_token: token,
			expires_in: 14_124,
			refresh_token: randomBytes(25).toString('hex'),
			scope: [],
			token_type: 'bearer',
		})
	}

	function users({ headers }: IncomingMessage, response: ServerResponse): void {
		const person = tokens.get(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '')
		if (!person || headers['client-id'] !== clientId)
			return send(response, 401, { error: 'Unauthorized', status: 401, message: 'Invalid OAuth token' })
		const more = { type: '', broadcaster_type: '', description: '', created_at: '2016-12-14T20:32:28Z' }
		send(response, 200, { data: [{ ...person, ...more }] })
	}
}

function fail(trouble: Trouble, response: ServerResponse): void {
	switch (trouble) {
		case 'down':
			return send(response, 503, { error: 'Service Unavailable', status: 503, message: '' })
		case 'slow':
			return
		case 'garbage':
			return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Hello')
		case 'endless': {
			response.writeHead(200, { 'content-type': 'application/json' })
			const more = () => void response.write('"'.repeat(16 * 1024))
			response.on('drain', more)
			return more()
		}
		case 'moved':
			return void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
		case 'nobody':
			return send(response, 200, { data: [] })
	}
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
