import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '#http/fastify.ts'
import type { Deps } from '#http/deps.ts'
import { HttpError } from '#http/problem.ts'
import { deviceLabel } from './device-label.ts'
import * as tokens from './tokens.ts'
import { isAdmin } from './users.ts'
import type { Beside, Caller, User } from './tokens.ts'

export type { Beside, Caller, User } from './tokens.ts'
export { exported, remove } from './account-data.ts'
export { view, viewMe } from './users.ts'

export const COOKIE = 'speedfog_session'

declare module 'fastify' {
	interface FastifyRequest {
		/** Who calls; set before the handler of every route that is not for all. */
		caller: Caller | null
		/** What the route asks beside it, where it was found. */
		beside: object | null
	}
	interface FastifyContextConfig {
		/** Asked of the database together with who calls; nothing for a call that cannot be answered. */
		beside?: (request: FastifyRequest) => Beside | undefined
	}
}

/** Lets nobody but signed-in callers through to the routes that say so. Before any route is registered. */
export function protect(app: App, deps: Deps): void {
	app.decorateRequest('caller', null)
	app.decorateRequest('beside', null)
	app.addHook('onRequest', async (request, reply) => {
		const { access } = request.routeOptions.config
		if (access !== 'signedIn' && access !== 'admin') return
		request.caller = (await findUserByRequest(deps, request, reply)) ?? null
		if (!request.caller) throw notSignedIn(request)
		if (access === 'admin' && !isAdmin(request.caller.user, deps.config))
			throw new HttpError(403, 'This is for admins.')
	})
}

/** The caller of a route with access `signedIn`. */
export function requireUser(request: FastifyRequest): User {
	if (!request.caller) throw notSignedIn(request)
	return request.caller.user
}

/** Whom the request's token stands for, also on routes that anybody may call. */
export async function findUserByRequest(
	deps: Deps,
	request: FastifyRequest,
	reply?: FastifyReply,
): Promise<Caller | undefined> {
	const bearer = bearerOf(request.headers.authorization)
	const cookie = request.cookies[COOKIE]
	// A caller that names a token means that one: the cookie does not help a wrong one.
	const secret = request.headers.authorization === undefined ? cookie : bearer
	if (secret === undefined) return undefined
	const found = await find(deps, secret, request.routeOptions.config.beside?.(request))
	if (!found || (bearer === undefined && found.caller.token.kind !== 'device')) return undefined
	const { caller, beside } = found
	const noted = await tokens.noteUse(deps.db.kysely, caller, deps.clock())
	if (noted && bearer === undefined && reply) setCookie(reply, deps, secret)
	// Noting took a while, after which what was found is no longer the newest.
	if (!noted && beside) request.beside = beside
	return caller
}

export async function findUserByToken(deps: Deps, secret: string): Promise<Caller | undefined> {
	return (await find(deps, secret))?.caller
}

function find({ db, config, clock }: Deps, secret: string, beside?: Beside) {
	const provider = config.twitch ? 'twitch' : 'local'
	return tokens.findCaller(db.pool, { secret, provider, nowMs: clock() }, beside)
}

/** For WebSocket upgrades, which no route sees. */
export async function findByCookie(
	deps: Deps,
	cookieHeader: string | undefined,
): Promise<{ userId: string; tokenHash: Buffer } | undefined> {
	const secret = new RegExp(`(?:^|;\\s*)${COOKIE}=([A-Za-z0-9_-]+)`).exec(cookieHeader ?? '')?.[1]
	const caller = secret === undefined ? undefined : await findUserByToken(deps, secret)
	if (caller?.token.kind !== 'device') return undefined
	return { userId: caller.user.id, tokenHash: tokens.hash(secret!) }
}

/** What a token that has ended opened is closed. */
export type TokenLinks = { live: { endToken(hash: Buffer): void } }

/**
 * Makes the caller's browser or program a device of the user; the answer is its token. What the browser was before, of
 * this user or another one, it is no longer.
 */
export async function signIn(
	deps: Deps & TokenLinks,
	{ request, reply }: { request: FastifyRequest; reply: FastifyReply },
	user: User,
): Promise<string> {
	const [db, nowMs] = [deps.db.kysely, deps.clock()]
	await tokens.removeExpired(db, user.id, nowMs)
	const label = deviceLabel(request.headers['user-agent'])
	const { secret } = await tokens.create(db, { userId: user.id, kind: 'device', label, nowMs })
	const before = request.cookies[COOKIE]
	const ended = before === undefined ? undefined : await tokens.endDevice(db, before)
	if (ended) deps.live.endToken(ended)
	setCookie(reply, deps, secret)
	return secret
}

function setCookie(reply: FastifyReply, deps: Deps, secret: string): void {
	const maxAge = tokens.DEVICE_DAYS * 86_400
	void reply.setCookie(COOKIE, secret, { ...cookieOptions(deps), maxAge })
}

export function clearCookie(reply: FastifyReply, deps: Deps): void {
	void reply.clearCookie(COOKIE, cookieOptions(deps))
}

/** So many calls a minute by one user; only for routes with access `signedIn`. */
export function limitPerUser({ config }: Deps, perMinute: number) {
	return {
		max: perMinute * config.rateLimitFactor,
		timeWindow: 60_000,
		keyGenerator: (request: FastifyRequest) => requireUser(request).id,
	}
}

export function cookieOptions({ config }: Deps) {
	return {
		path: '/',
		httpOnly: true,
		sameSite: 'lax',
		secure: config.publicUrl.startsWith('https:'),
	} as const
}

function bearerOf(authorization: string | undefined): string | undefined {
	return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1]
}

function notSignedIn({ headers }: FastifyRequest): HttpError {
	const presented = headers.authorization !== undefined || headers.cookie?.includes(`${COOKIE}=`) === true
	return new HttpError(401, presented ? 'You are no longer signed in.' : 'Sign in first.', {
		headers: { 'www-authenticate': 'Bearer' },
	})
}
