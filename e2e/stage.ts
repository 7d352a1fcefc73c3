import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { launch } from './browser.ts'
import { HandMod } from './hand-mod.ts'
import { ServerProcess } from './server.ts'
import { accessibilityFaults, visit } from './visitor.ts'
import type { Screen, Visitor } from './visitor.ts'

/** One server and one browser that all walks of a suite share. */
export type Stage = {
	server: () => ServerProcess
	/** A new visitor of the front page. */
	arrive: (screen?: Screen) => Promise<Visitor>
	/** A new visitor who is signed in already, on the page of all runs. */
	enter: (name: string, screen?: Screen) => Promise<Visitor>
}

export function openStage(env: NodeJS.ProcessEnv = {}): Stage {
	let server: ServerProcess
	let browser: Browser

	beforeAll(async () => {
		;[server, browser] = await Promise.all([
			ServerProcess.start({ RATE_LIMIT_FACTOR: '20', ...env }),
			launch(),
		])
	})

	afterAll(async () => {
		await browser?.close()
		await server?.remove()
	})

	async function arrive(screen: Screen = {}): Promise<Visitor> {
		const visitor = await visit(browser, server.url, screen)
		onTestFinished(() => visitor.context.close())
		await visitor.page.goto('/')
		return visitor
	}

	async function enter(name: string, screen: Screen = {}): Promise<Visitor> {
		const visitor = await visit(browser, server.url, screen)
		onTestFinished(() => visitor.context.close())
		const { context, page } = visitor
		await context.request.post('/api/auth/local', { data: { name }, headers: { origin: server.url } })
		await page.goto('/training')
		await page.getByRole('heading', { name: 'Start a run' }).waitFor()
		return visitor
	}

	return { server: () => server, arrive, enter }
}

export async function startRun(page: Page): Promise<string> {
	await page.getByRole('button', { name: 'Start a Sprint run' }).click()
	await page.getByRole('heading', { name: 'Training — Sprint' }).waitFor()
	return sessionOf(page)
}

/** The run on the page. */
export function sessionOf(page: Page): string {
	return /\/(?:training|watch)\/([^/?#]+)/.exec(page.url())?.[1] ?? ''
}

/** A game for the run on the page, which is its player's. */
export function joinGame(page: Page): Promise<HandMod> {
	return HandMod.join(sessionOf(page), async (path) => (await page.request.get(path)).body())
}

/** Neither in the dark nor in the light look, which differ in nothing but colours. */
export async function expectNoFaults(page: Page): Promise<void> {
	// A tab in the background draws no frames: its colours would stay those of the look before.
	await page.bringToFront()
	await turn(page, 'light')
	expect(await accessibilityFaults(page, ['color-contrast']), 'light').toEqual([])
	await turn(page, 'dark')
	expect(await accessibilityFaults(page), 'dark').toEqual([])
}

async function turn(page: Page, colorScheme: 'dark' | 'light'): Promise<void> {
	await page.emulateMedia({ colorScheme })
	// Even the shortest transition ends with a frame, and on a busy machine that frame may be long in coming.
	await page.evaluate(`(async () => {
		const isTurning = () => document.getAnimations().some((each) => each instanceof CSSTransition)
		for (let frame = 0; frame === 0 || (frame < 6 && isTurning()); frame++)
			await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))
	})()`)
}

/** Only the map may scroll sideways, inside itself. */
export async function expectAllInView(page: Page): Promise<void> {
	const { width = 0 } = page.viewportSize() ?? {}
	expect(await page.evaluate('document.documentElement.scrollWidth'), page.url()).toBeLessThanOrEqual(width)
}

export async function igt(page: Page): Promise<string> {
	return (await page.locator('dt:has-text("In-game time") + dd').textContent()) ?? ''
}

/** Rows of the log: one for each stay in a zone. */
export async function zones(page: Page): Promise<number> {
	return page.getByRole('region', { name: 'Zones' }).locator('tbody tr').count()
}
