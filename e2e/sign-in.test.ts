import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { startTwitch } from '../apps/server/src/accounts/testing/twitch.ts'
import type { StandIn } from '../apps/server/src/accounts/testing/twitch.ts'
import { launch, missing } from './browser.ts'
import { ServerProcess } from './server.ts'
import { expectNoFaults } from './stage.ts'
import { visit } from './visitor.ts'

const ANNA = {
	id: '41245072',
	login: 'anna',
	display_name: 'Anna アンナ',
	profile_image_url: 'https://static-cdn.jtvnw.net/anna.png',
}
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30"/>'

describe.skipIf(missing)('a visitor of a server that people sign in to with Twitch', () => {
	let twitch: StandIn
	let server: ServerProcess
	let browser: Browser

	beforeAll(async () => {
		twitch = await startTwitch()
		const { clientId, clientSecret, baseUrl, apiUrl } = twitch.config
		;[server, browser] = await Promise.all([
			ServerProcess.start({
				TWITCH_CLIENT_ID: clientId,
				TWITCH_CLIENT_SECRET: clientSecret,
				TWITCH_BASE_URL: baseUrl,
				TWITCH_API_URL: apiUrl,
				LOCAL_MODE: '0',
			}),
			launch(),
		])
	})
	beforeEach(() => {
		twitch.person = ANNA
		twitch.trouble = {}
	})
	afterAll(async () => {
		await browser?.close()
		await server?.remove()
		await twitch?.close()
	})

	async function arrive(path: string) {
		const visitor = await visit(browser, server.url)
		onTestFinished(() => visitor.context.close())
		await visitor.page.route('https://static-cdn.jtvnw.net/**', (route) =>
			route.fulfill({ contentType: 'image/svg+xml', body: PICTURE }),
		)
		await visitor.page.goto(path)
		await visitor.page.getByRole('link', { name: 'Sign in with Twitch' }).waitFor()
		return visitor
	}

	test('is told that Twitch was told no, or does not answer, and may try again', async () => {
		const { page, complaints } = await arrive('/training')
		await expectNoFaults(page)
		twitch.person = null
		await page.getByRole('link', { name: 'Sign in with Twitch' }).click()
		await page.getByRole('alert').filter({ hasText: 'You are not signed in' }).waitFor()
		await expectNoFaults(page)
		twitch.person = ANNA
		twitch.trouble = { token: 'down' }
		await page.getByRole('link', { name: 'Sign in with Twitch' }).click()
		await page.getByRole('alert').filter({ hasText: 'Twitch does not answer' }).waitFor()
		await expectNoFaults(page)
		twitch.trouble = {}
		await page.getByRole('link', { name: 'Sign in with Twitch' }).click()
		await page.getByRole('heading', { name: 'Start a run' }).waitFor()
		expect(new URL(page.url()).search).toBe('')
		expect(complaints).toEqual([])
	})

	test('comes back to the page that asked for a sign-in, under the name that Twitch tells, and leaves again', async () => {
		const { page, complaints } = await arrive('/settings?tab=overlay')
		await page.getByRole('link', { name: 'Sign in with Twitch' }).click()
		await page.getByRole('heading', { name: 'Overlay' }).waitFor()
		const { pathname, search } = new URL(page.url())
		expect(pathname + search).toBe('/settings?tab=overlay')
		await page.getByRole('button', { name: 'Menu of Anna アンナ' }).click()
		await expectNoFaults(page)
		await page.getByRole('button', { name: 'Sign out' }).click()
		await page.getByRole('heading', { level: 1, name: 'Practise randomised' }).waitFor()
		await page.getByRole('link', { name: 'Sign in with Twitch' }).waitFor()
		await page.goto('/training')
		await page.getByRole('heading', { name: 'Sign in' }).waitFor()
		expect(complaints).toEqual([])
	})
})
