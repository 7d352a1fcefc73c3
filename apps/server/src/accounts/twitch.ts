import { z } from 'zod'
import type { Config } from '#config.ts'
import type { Log } from '#log.ts'
import { challengeOf } from './sign-in-cookie.ts'
import type { Begun } from './sign-in-cookie.ts'

type Twitch = NonNullable<Config['twitch']>

/** Who signed in, as Twitch knows them; the id stays when the name changes. */
export type Person = { id: string; login: string; displayName: string | null; avatarUrl: string | null }

export type Identified =
	{ ok: true; person: Person } | { ok: false; problem: 'sign_in_expired' | 'twitch_unavailable' }

type Asking = { twitch: Twitch; callbackUrl: string; log: Log; patienceMs?: number }

/** Both questions together: a browser waits for them. */
const PATIENCE_MS = 4_500
const ANSWER_BYTES = 64 * 1024

// Twitch's `scope` is a list, others' a text: nothing is asked for and nothing is read of it.
const TokenAnswer = z.object({ access_token: z.string().regex(/^[\x21-\x7e]{1,1000}$/) })

const UsersAnswer = z.object({
	data: z
		.array(
			z.object({
				id: z.string().regex(/^\d{1,20}$/),
				login: z.string().regex(/^[a-z0-9_]{1,25}$/i),
				display_name: z.string().max(100).optional(),
				profile_image_url: z.string().max(500).optional(),
			}),
		)
		.length(1),
})

/** Where the browser is sent to sign in. */
export function authorizeUrl(begun: Begun, { twitch, callbackUrl }: Omit<Asking, 'log'>): string {
	const url = new URL(`${twitch.baseUrl}/authorize`)
	url.search = new URLSearchParams({
		client_id: twitch.clientId,
		redirect_uri: callbackUrl,
		response_type: 'code',
		scope: '',
		state: begun.state,
		code_challenge: challengeOf(begun),
		code_challenge_method: 'S256',
	}).toString()
	return url.href
}

/** Exchanges the code for a token, asks whose it is, and forgets it. */
export async function identify(code: string, begun: Begun, asking: Asking): Promise<Identified> {
	const { twitch, callbackUrl, log } = asking
	const signal = AbortSignal.timeout(asking.patienceMs ?? PATIENCE_MS)
	const exchanged = await ask(`${twitch.baseUrl}/token`, {
		method: 'POST',
		body: new URLSearchParams({
			client_id: twitch.clientId,
			client_secret: twitch.clientSecret,
			code,
			grant_type: 'authorization_code',
			redirect_uri: callbackUrl,
			code_verifier: begun.verifier,
		}),
		signal,
	})
	if (exchanged.status === 400) {
		log.info({ status: 400 }, 'Twitch did not take the code of a sign-in')
		return { ok: false, problem: 'sign_in_expired' }
	}
	const token = TokenAnswer.safeParse(exchanged.body)
	if (exchanged.status !== 200 || !token.success) return unavailable(log, 'token', exchanged)
	const asked = await ask(`${twitch.apiUrl}/users`, {
		headers: { authorization: `Bearer ${token.data.access_token}`, 'client-id': twitch.clientId },
		signal,
	})
	const users = UsersAnswer.safeParse(asked.body)
	if (asked.status !== 200 || !users.success) return unavailable(log, 'users', asked)
	const { id, login, display_name, profile_image_url } = users.data.data[0]!
	const avatarUrl = profile_image_url?.startsWith('https://') ? profile_image_url : null
	return { ok: true, person: { id, login, displayName: display_name || null, avatarUrl } }
}

/** `reason`: what went wrong where there is no answer at all. Only `body` may hold a secret. */
type Answer = { status: number; body: unknown; reason?: string }

async function ask(url: string, init: RequestInit): Promise<Answer> {
	try {
		const response = await fetch(url, { ...init, redirect: 'error' })
		const body = await readJson(response)
		return { status: response.status, body }
	} catch (error) {
		const { name, message, cause } = error as Error
		const code = (cause as NodeJS.ErrnoException | undefined)?.code
		return { status: 0, body: undefined, reason: code ?? `${name}: ${message}` }
	}
}

async function readJson(response: Response): Promise<unknown> {
	const parts: Uint8Array[] = []
	let bytes = 0
	for await (const part of response.body ?? []) {
		bytes += (part as Uint8Array).length
		if (bytes > ANSWER_BYTES) throw new Error('the answer is too long')
		parts.push(part as Uint8Array)
	}
	return JSON.parse(Buffer.concat(parts).toString())
}

function unavailable(log: Log, question: 'token' | 'users', { status, reason }: Answer): Identified {
	log.warn({ question, status, reason }, 'Twitch did not say who signed in')
	return { ok: false, problem: 'twitch_unavailable' }
}
