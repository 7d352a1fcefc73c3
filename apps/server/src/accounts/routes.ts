import {
	ApiToken,
	AuthOptions,
	CreateApiToken,
	CreatedApiToken,
	Device,
	LocalSignIn,
	Me,
	OverlayChanges,
	SignedIn,
} from '@speedfog/core/protocol/accounts'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Access, App } from '#http/fastify.ts'
import type { Deps } from '#http/deps.ts'
import { nothing } from '#http/docs.ts'
import { HttpError } from '#http/problem.ts'
import { clearCookie, requireUser, signIn, viewMe } from './accounts.ts'
import type { TokenLinks } from './accounts.ts'
import * as tokens from './tokens.ts'
import type { Token } from './tokens.ts'
import { twitchRoutes } from './twitch-routes.ts'
import * as users from './users.ts'

const SIGN_INS_PER_MINUTE = 20
/** More than anybody has scripts. */
const MOST_API_TOKENS = 100
const all = { access: 'all' satisfies Access } as const
const signedIn = { access: 'signedIn' satisfies Access } as const
const ById = z.object({ id: z.guid() })

type AccountsDeps = Deps & TokenLinks

export function routes(app: App, deps: AccountsDeps): void {
	const { config, clock, live } = deps
	const db = deps.db.kysely
	const signInLimit = { max: SIGN_INS_PER_MINUTE * config.rateLimitFactor, timeWindow: 60_000 }

	app.get(
		'/api/auth/options',
		{ config: all, schema: { summary: 'Ways to sign in', response: { 200: AuthOptions } } },
		async () => ({ twitch: config.twitch !== undefined, local: config.localMode }),
	)

	app.post(
		'/api/auth/local',
		{
			config: { ...all, rateLimit: signInLimit },
			schema: {
				summary: 'Sign in by name alone, at the machine the server runs on',
				body: LocalSignIn,
				response: { 200: SignedIn },
			},
		},
		async (request, reply) => {
			if (!config.localMode) throw new HttpError(403, 'This server signs in with Twitch.')
			const user = await users.findOrCreateLocal(db, request.body.name, clock())
			const token = await signIn(deps, { request, reply }, user)
			return { user: viewMe(user, config), token }
		},
	)

	twitchRoutes(app, deps, signInLimit)

	app.post(
		'/api/auth/logout',
		{ config: signedIn, schema: { summary: 'Sign out here', response: { 204: nothing } } },
		async (request, reply) => {
			const { user, token } = request.caller!
			const ended = await tokens.revoke(db, user.id, token)
			if (ended instanceof Buffer) live.endToken(ended)
			clearCookie(reply, deps)
			return reply.code(204).send()
		},
	)

	const me = async (request: FastifyRequest) => viewMe(requireUser(request), config)
	const meSchema = { summary: 'Who is signed in', response: { 200: Me } }
	app.get('/api/auth/me', { config: signedIn, schema: meSchema }, me)
	app.get('/api/users/me', { config: signedIn, schema: meSchema }, me)

	app.patch(
		'/api/users/me/settings',
		{
			config: signedIn,
			schema: { summary: 'Change how the overlay looks', body: OverlayChanges, response: { 200: Me } },
		},
		async (request) => viewMe(await users.changeSettings(db, requireUser(request).id, request.body), config),
	)

	app.get(
		'/api/auth/sessions',
		{ config: signedIn, schema: { summary: 'Devices signed in', response: { 200: z.array(Device) } } },
		async (request) => {
			const { user, token } = request.caller!
			const devices = await tokens.list(db, user.id, { kind: 'device', nowMs: clock() })
			return devices.map((device) => ({ ...withTimes(device), current: device.id === token.id }))
		},
	)

	app.delete(
		'/api/auth/sessions/:id',
		{ config: signedIn, schema: { summary: 'Sign a device out', params: ById, response: { 204: nothing } } },
		async (request, reply) => {
			await revoke(request, { id: request.params.id, kind: 'device' })
			return reply.code(204).send()
		},
	)

	app.get(
		'/api/auth/tokens',
		{ config: signedIn, schema: { summary: 'API tokens', response: { 200: z.array(ApiToken) } } },
		async (request) => {
			const found = await tokens.list(db, requireUser(request).id, { kind: 'api', nowMs: clock() })
			return found.map(withTimes)
		},
	)

	app.post(
		'/api/auth/tokens',
		{
			config: signedIn,
			schema: {
				summary: 'Make an API token, shown once',
				body: CreateApiToken,
				response: { 201: CreatedApiToken },
			},
		},
		async (request, reply) => {
			const { label } = request.body
			const made = { userId: requireUser(request).id, kind: 'api', label, nowMs: clock() } as const
			if ((await tokens.list(db, made.userId, made)).length >= MOST_API_TOKENS)
				throw new HttpError(409, `You have ${MOST_API_TOKENS} tokens. Revoke one first.`)
			const { secret, token } = await tokens.create(db, made)
			const { id, created_at } = token
			return reply.code(201).send({ id, label, created_at: created_at.toISOString(), token: secret })
		},
	)

	app.delete(
		'/api/auth/tokens/:id',
		{
			config: signedIn,
			schema: { summary: 'Revoke an API token', params: ById, response: { 204: nothing } },
		},
		async (request, reply) => {
			await revoke(request, { id: request.params.id, kind: 'api' })
			return reply.code(204).send()
		},
	)

	async function revoke(request: FastifyRequest, token: { id: string; kind: Token['kind'] }): Promise<void> {
		const outcome = await tokens.revoke(db, requireUser(request).id, token)
		if (outcome === 'foreign') throw new HttpError(403, 'This is not yours to revoke.')
		if (outcome === 'unknown') throw new HttpError(404, 'There is no such device or token.')
		live.endToken(outcome)
	}
}

type Times = { created_at: Date; last_used_at: Date; expires_at: Date | null }

function withTimes<Row extends Times>({ created_at, last_used_at, expires_at, ...rest }: Row) {
	return {
		...rest,
		created_at: created_at.toISOString(),
		last_used_at: last_used_at.toISOString(),
		expires_at: expires_at?.toISOString() ?? null,
	}
}
