import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launch, missing } from './browser.ts'
import { play } from './game.ts'
import { ServerProcess } from './server.ts'
import { accessibilityFaults, visit } from './visitor.ts'
import type { Screen, Visitor } from './visitor.ts'

if (missing) process.stderr.write(`${missing}\n`)

describe.skipIf(missing)('a visitor with a real browser', () => {
	let server: ServerProcess
	let browser: Browser

	beforeAll(async () => {
		;[server, browser] = await Promise.all([ServerProcess.start(), launch()])
	})

	afterAll(async () => {
		await browser?.close()
		await server?.remove()
	})

	test('signs in, starts a run, watches a simulated one to its end, and finds it in the history', async () => {
		const { page, complaints } = await enter('anna')
		await startRun(page)
		await expectNoFaults(page)
		await page.getByRole('button', { name: 'Watch a simulated run' }).click()

		await page.getByText('Live', { exact: true }).waitFor()
		const first = await igt(page)
		await expect.poll(() => igt(page), { timeout: 10_000 }).not.toBe(first)
		await expectNoFaults(page)

		await page.getByText('Finished', { exact: true }).waitFor({ timeout: 240_000 })
		const final = await igt(page)
		await expectNoFaults(page)
		await page.getByRole('link', { name: 'All runs' }).click()
		const row = page.getByRole('row').filter({ hasText: 'Finished' })
		expect(await row.textContent()).toContain(final)
		await expectNoFaults(page)
		expect(complaints).toEqual([])
	}, 300_000)

	test('keeps watching over a restart of the server: the page says so, and comes back by itself', async () => {
		const server = await ServerProcess.start()
		onTestFinished(() => server.remove())
		const { page, complaints } = await enter('bert', server)
		await startRun(page)
		onTestFinished(await play(page))
		await page.getByText('Live', { exact: true }).waitFor()
		await expect.poll(() => zones(page), { timeout: 60_000 }).toBeGreaterThan(1)
		const before = await zones(page)

		expect(await server.stop()).toBe(0)
		await page.getByText('Reconnecting…').waitFor()
		expect(await zones(page)).toBeGreaterThanOrEqual(before)
		const refused = complaints.splice(0)
		expect(refused.filter((text) => !/ERR_CONNECTION_REFUSED|WebSocket connection/.test(text))).toEqual([])

		await server.start()
		await page.getByText('Reconnecting…').waitFor({ state: 'detached', timeout: 60_000 })
		await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 })
		await expect.poll(() => zones(page), { timeout: 60_000 }).toBeGreaterThan(before)
	}, 240_000)

	test('on a narrow bright screen gives a run up by keyboard, and nothing is cut off', async () => {
		const { page, complaints } = await enter('carl', server, { width: 320, colorScheme: 'light' })
		await startRun(page)
		await expectAllInView(page)
		await page.getByRole('button', { name: 'Abandon' }).press('Enter')
		await page.getByRole('alertdialog').waitFor()
		await expectNoFaults(page)
		await page.keyboard.press('Escape')
		await page.getByRole('alertdialog').waitFor({ state: 'detached' })
		await page.getByRole('button', { name: 'Abandon' }).press('Enter')
		await page.getByRole('alertdialog').getByRole('button', { name: 'Abandon run' }).press('Enter')

		await page.getByText('Abandoned', { exact: true }).waitFor()
		await expectAllInView(page)
		await page.goto('/training')
		await page.getByRole('row').filter({ hasText: 'Abandoned' }).waitFor()
		await expectNoFaults(page)
		await expectAllInView(page)
		expect(complaints).toEqual([])
	})

	test('is told where the way back is when a page does not exist', async () => {
		const { page } = await enter('dora')
		await page.goto('/training/no-such-run')
		await page.getByRole('heading', { level: 1 }).waitFor()
		await expectNoFaults(page)
	})

	/** A new visitor, signed in by the form of the front page. */
	async function enter(name: string, { url } = server, screen: Screen = {}): Promise<Visitor> {
		const visitor = await visit(browser, url, screen)
		onTestFinished(() => visitor.context.close())
		const { page } = visitor
		await page.goto('/')
		await page.getByLabel('Your name').fill(name)
		await expectNoFaults(page)
		await page.getByRole('button', { name: 'Sign in', exact: true }).click()
		await page.waitForURL('**/training')
		return visitor
	}
})

async function startRun(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Start a Sprint run' }).click()
	await page.getByRole('heading', { name: 'Training — Sprint' }).waitFor()
}

async function igt(page: Page): Promise<string> {
	return (await page.locator('dt:has-text("In-game time") + dd').textContent()) ?? ''
}

/** Rows of the log: one for each stay in a zone. */
async function zones(page: Page): Promise<number> {
	return page.getByRole('region', { name: 'Zones' }).locator('tbody tr').count()
}

async function expectNoFaults(page: Page): Promise<void> {
	expect(await accessibilityFaults(page)).toEqual([])
}

/** Only the map may scroll sideways, inside itself. */
async function expectAllInView(page: Page): Promise<void> {
	const { width = 0 } = page.viewportSize() ?? {}
	expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
}
