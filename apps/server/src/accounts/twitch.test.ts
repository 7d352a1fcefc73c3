import type { Me } from '@speedfog/core/protocol/accounts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testApp } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'
import { isLocalPath } from './local-path.ts'
import { startTwitch } from './testing/twitch.ts'
import type { StandIn, Trouble, TwitchUser } from './testing/twitch.ts'

const ANNA: TwitchUser = {
	id: '41245072',
	login: 'anna',
	display_name: 'Anna アンナ',
	profile_image_url: 'https://static-cdn.jtvnw.net/anna.png',
}
let now = Date.parse('2026-11-22T17:00:00Z')
let twitch: StandIn
let server: TestApp

beforeAll(async () => {
	twitch = await startTwitch()
	const config = { twitch: twitch.config, localMode: false, adminUsers: ['anna'] }
	server = await testApp({ clock: () => now, config })
})
beforeEach(() => {
	twitch.person = ANNA
	twitch.trouble = {}
})
afterAll(async () => {
	await server.close()
	await twitch.close()
})

type Browser = Record<string, string>
type Answer = Awaited<ReturnType<TestApp['call']>>

/** Keeps the cookies of an answer, as a browser would. */
async function visit(browser: Browser, url: string): Promise<Answer> {
	const cookie = Object.entries(browser)
		.map(([name, value]) => `${name}=${value}`)
		.join('; ')
	const answer = await server.call({ url, headers: cookie === '' ? {} : { cookie } })
	for (const { name, value } of answer.cookies) {
		if (value === '') delete browser[name]
		else browser[name] = value
	}
	return answer
}

/** Presses the button, answers at Twitch; the address that Twitch sends the browser back to. */
async function goToTwitch(browser: Browser, page = '/training'): Promise<string> {
	const answer = await visit(browser, `/api/auth/twitch?redirect=${encodeURIComponent(page)}`)
	const atTwitch = await fetch(answer.headers.location!, { redirect: 'manual' })
	const back = new URL(atTwitch.headers.get('location')!)
	expect(back.origin).toBe('http://localhost:8000')
	return `${back.pathname}${back.search}`
}

async function signIn(person: TwitchUser | null, browser: Browser = {}): Promise<Answer> {
	twitch.person = person
	return visit(browser, await goToTwitch(browser))
}

async function me(browser: Browser): Promise<Me> {
	return (await visit(browser, '/api/auth/me')).json<Me>()
}

async function users(): Promise<{ provider_id: string; name: string }[]> {
	const { rows } = await server.db.pool.query<{ provider_id: string; name: string }>(
		'select provider_id, name from users order by provider_id',
	)
	return rows
}

describe('a sign-in with Twitch', () => {
	it('leads to Twitch with a state, a challenge and the address to come back to', async () => {
		const answer = await visit({}, '/api/auth/twitch?redirect=/training')
		expect(answer.statusCode).toBe(302)
		const url = new URL(answer.headers.location!)
		expect(`${url.origin}${url.pathname}`).toBe(`${twitch.config.baseUrl}/authorize`)
		expect(Object.fromEntries(url.searchParams)).toEqual({
			client_id: twitch.config.clientId,
			redirect_uri: 'http://localhost:8000/api/auth/callback',
			response_type: 'code',
			scope: '',
			state: expect.stringMatching(/^[\w-]{22}$/) as string,
			code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
			code_challenge_method: 'S256',
		})
		const cookie = String(answer.headers['set-cookie'])
		expect(cookie).toMatch(/^speedfog_sign_in=.*; Max-Age=600; Path=\/api\/auth; HttpOnly; SameSite=Lax$/)
	})

	it('makes the account, signs the browser in and returns to the page', async () => {
		const browser: Browser = {}
		const answer = await signIn(ANNA, browser)
		expect([answer.statusCode, answer.headers.location]).toEqual([302, '/training'])
		expect(Object.keys(browser)).toEqual(['speedfog_session'])
		expect(await me(browser)).toMatchObject({
			twitch_username: 'anna',
			twitch_display_name: 'Anna アンナ',
			twitch_avatar_url: 'https://static-cdn.jtvnw.net/anna.png',
			is_admin: true,
		})
	})

	it('of somebody known finds the same account under the new name', async () => {
		const [before, after]: Browser[] = [{}, {}]
		await signIn(ANNA, before)
		const { id } = await me(before!)
		await signIn({ ...ANNA, login: 'annika', display_name: '', profile_image_url: '' }, after)
		expect(await me(after!)).toMatchObject({
			id,
			twitch_username: 'annika',
			twitch_display_name: null,
			twitch_avatar_url: null,
			is_admin: false,
		})
		expect(await users()).toHaveLength(1)
	})

	it('of somebody who took over a name makes another account, and the old one waits under another name', async () => {
		await signIn({ ...ANNA, id: '1', login: 'taken' })
		const browser: Browser = {}
		await signIn({ ...ANNA, id: '2', login: 'Taken' }, browser)
		expect(await me(browser)).toMatchObject({ twitch_username: 'Taken' })
		expect((await users()).filter(({ provider_id: id }) => id.length === 1)).toEqual([
			{ provider_id: '1', name: 'taken-1' },
			{ provider_id: '2', name: 'Taken' },
		])
		await signIn({ ...ANNA, id: '1', login: 'newname' })
		expect((await users())[0]).toEqual({ provider_id: '1', name: 'newname' })
	})

	it('is told of in options, where sign-in by name alone is off', async () => {
		expect((await server.call({ url: '/api/auth/options' })).json()).toEqual({ twitch: true, local: false })
		const local = await server.call({ method: 'POST', url: '/api/auth/local', body: { name: 'anna' } })
		expect(local.statusCode).toBe(403)
	})

	it('leaves no code, token or secret in the log', async () => {
		const browser: Browser = {}
		const back = await goToTwitch(browser)
		await visit(browser, back)
		const log = JSON.stringify(server.lines)
		expect(log).not.toContain(new URL(back, 'http://x').searchParams.get('code'))
		expect(log).not.toContain(twitch.config.clientSecret)
		expect(log).not.toContain(browser['speedfog_session'])
	})
})

describe('a sign-in that fails returns to the page, which can say why, and signs nobody in:', () => {
	async function expectProblem(problem: string, back: (browser: Browser) => Promise<Answer>, page?: string) {
		const browser: Browser = {}
		const answer = await back(browser)
		expect([answer.statusCode, answer.headers.location]).toEqual([
			302,
			`${page ?? '/training'}?problem=${problem}`,
		])
		expect(browser['speedfog_session']).toBeUndefined()
	}

	it('denied at Twitch', () => expectProblem('sign_in_denied', (browser) => signIn(null, browser)))

	it('with a code that Twitch does not take any more', () =>
		expectProblem('sign_in_expired', async (browser) => {
			const back = await goToTwitch(browser)
			twitch.expireCodes()
			return visit(browser, back)
		}))

	it('with a code that was used', async () => {
		const browser: Browser = {}
		const back = await goToTwitch(browser)
		const cookies = { ...browser }
		expect((await visit(browser, back)).headers.location).toBe('/training')
		await expectProblem('sign_in_expired', (again) => visit(Object.assign(again, cookies), back))
	})

	it('after ten minutes', () =>
		expectProblem(
			'sign_in_expired',
			async (browser) => {
				const back = await goToTwitch(browser)
				now += 600_000
				return visit(browser, back)
			},
			'/',
		))

	it('begun in another browser', async () => {
		const back = await goToTwitch({})
		await expectProblem('sign_in_expired', (browser) => visit(browser, back), '/')
		await expectProblem(
			'sign_in_expired',
			async (browser) => {
				await goToTwitch(browser)
				return visit(browser, back)
			},
			'/',
		)
	})

	it('with a cookie that somebody changed', async () => {
		const browser: Browser = {}
		const back = await goToTwitch(browser)
		const [text, signature] = browser['speedfog_sign_in']!.split('.')
		const begun = JSON.parse(Buffer.from(text!, 'base64url').toString()) as object
		const forged = Buffer.from(JSON.stringify({ ...begun, redirect: '/evil' })).toString('base64url')
		for (const value of [`${forged}.${signature}`, text!, `${text}.`, '', 'x.y'])
			await expectProblem('sign_in_expired', () => visit({ speedfog_sign_in: value }, back), '/')
		expect((await visit(browser, back)).headers.location).toBe('/training')
	})

	it('opened with nothing, or everything twice', async () => {
		for (const query of ['', '?code=a', '?code=a&code=b&state=a&state=b', '?error=access_denied'])
			await expectProblem('sign_in_expired', (browser) => visit(browser, `/api/auth/callback${query}`), '/')
	})

	it.each<[Trouble, 'token' | 'users']>([
		['down', 'token'],
		['garbage', 'token'],
		['endless', 'token'],
		['moved', 'token'],
		['down', 'users'],
		['garbage', 'users'],
		['nobody', 'users'],
	])('Twitch is %s when asked for the %s', (trouble, question) =>
		expectProblem('twitch_unavailable', (browser) => {
			twitch.trouble = { [question]: trouble }
			return signIn(ANNA, browser)
		}),
	)

	it('Twitch does not answer at all, for as long as a browser waits', () =>
		expectProblem('twitch_unavailable', (browser) => {
			twitch.trouble = { users: 'slow' }
			return signIn(ANNA, browser)
		}))

	it('keeps what the page had in its address', async () => {
		twitch.person = null
		const browser: Browser = {}
		const back = await goToTwitch(browser, '/training/1?node=a#log')
		expect((await visit(browser, back)).headers.location).toBe(
			'/training/1?node=a&problem=sign_in_denied#log',
		)
	})
})

describe('the page to return to', () => {
	it.each(['/', '/training', '/training/1?tab=log#a', '/watch/%C3%A9', '/a:b//c'])('may be %s', (path) => {
		expect(isLocalPath(path)).toBe(true)
	})

	it.each([
		'',
		'training',
		'//evil.example',
		'/\\evil.example',
		'\\\\evil.example',
		'/\t/evil.example',
		'/\n/evil.example',
		'/a\\b',
		'/.//evil.example',
		'/..//evil.example',
		'https://evil.example',
		'javascript:alert(1)',
		' /training',
		'/training\r\nSet-Cookie: a=b',
		'/\u0000',
	])('is refused when it is %j', async (path) => {
		expect(isLocalPath(path)).toBe(false)
		const answer = await server.call({ url: `/api/auth/twitch?redirect=${encodeURIComponent(path)}` })
		expect([answer.statusCode, answer.headers.location]).toEqual([422, undefined])
	})
})
