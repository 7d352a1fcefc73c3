import type { SignInProblem } from '@speedfog/core/protocol/accounts'
import { z } from 'zod'
import type { Access, App } from '#http/fastify.ts'
import type { Deps } from '#http/deps.ts'
import { nothing } from '#http/docs.ts'
import { HttpError } from '#http/problem.ts'
import { cookieOptions, signIn } from './accounts.ts'
import type { TokenLinks } from './accounts.ts'
import { LocalPath } from './local-path.ts'
import * as signInCookie from './sign-in-cookie.ts'
import type { Begun } from './sign-in-cookie.ts'
import * as twitch from './twitch.ts'
import type { Person } from './twitch.ts'
import * as users from './users.ts'

const SIGN_IN_COOKIE = 'speedfog_sign_in'
const CALLBACK = '/api/auth/callback'
const all = { access: 'all' satisfies Access } as const

const Start = z.object({ redirect: LocalPath.default('/') })
// A field that is sent twice arrives as a list: whoever does so is not Twitch, and is told like anybody else.
const word = z.union([z.string(), z.array(z.string()).transform(() => undefined)]).optional()
const Return = z.object({ code: word, state: word, error: word })

export function twitchRoutes(
	app: App,
	deps: Deps & TokenLinks,
	signInLimit: { max: number; timeWindow: number },
): void {
	const { config, clock, log } = deps
	const options = () => ({ ...cookieOptions(deps), path: '/api/auth' })

	app.get(
		'/api/auth/twitch',
		{
			config: { ...all, rateLimit: signInLimit },
			schema: { summary: 'Sign in with Twitch', querystring: Start, response: { 302: nothing } },
		},
		async (request, reply) => {
			const begun = signInCookie.begin(request.query.redirect, clock())
			const url = twitch.authorizeUrl(begun, asking())
			const maxAge = signInCookie.SIGN_IN_SECONDS
			reply.setCookie(SIGN_IN_COOKIE, signInCookie.seal(begun, config.secretKey), { ...options(), maxAge })
			return reply.redirect(url, 302)
		},
	)

	app.get(
		CALLBACK,
		{
			config: { ...all, rateLimit: signInLimit },
			schema: { summary: 'Where Twitch returns to', querystring: Return, response: { 302: nothing } },
		},
		async (request, reply) => {
			asking()
			const begun = signInCookie.unseal(request.cookies[SIGN_IN_COOKIE], config.secretKey, clock())
			// What another page made this browser open does not end the sign-in that is under way.
			if (!begun || !signInCookie.isStateOf(begun, request.query.state))
				return reply.redirect(withProblem('/', 'sign_in_expired'), 302)
			reply.clearCookie(SIGN_IN_COOKIE, options())
			const outcome = await outcomeOf(begun, request.query)
			if (typeof outcome === 'string') return reply.redirect(withProblem(begun.redirect, outcome), 302)
			const user = await users.findOrCreateTwitch(deps.db.kysely, outcome, clock())
			await signIn(deps, { request, reply }, user)
			return reply.redirect(begun.redirect, 302)
		},
	)

	async function outcomeOf(
		begun: Begun,
		{ code, error }: z.output<typeof Return>,
	): Promise<Person | SignInProblem> {
		if (error === 'access_denied') return 'sign_in_denied'
		if (error !== undefined) {
			log.warn({ error: error.slice(0, 100) }, 'Twitch returned from a sign-in with an error')
			return 'twitch_unavailable'
		}
		if (code === undefined) return 'sign_in_expired'
		const identified = await twitch.identify(code, begun, { ...asking(), log })
		return identified.ok ? identified.person : identified.problem
	}

	function asking() {
		if (!config.twitch) throw new HttpError(403, 'This server does not sign in with Twitch.')
		return { twitch: config.twitch, callbackUrl: `${config.publicUrl}${CALLBACK}` }
	}
}

/** The page shows a sentence for it. */
function withProblem(path: string, problem: SignInProblem): string {
	const { pathname, searchParams, hash } = new URL(path, 'http://here.invalid')
	searchParams.set('problem', problem)
	return `${pathname}?${searchParams.toString()}${hash}`
}
