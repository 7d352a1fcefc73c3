import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, ConsoleMessage, Page } from 'playwright-core'

/** Somebody with a browser, and everything the browser complained about while they used it. */
export type Visitor = { context: BrowserContext; page: Page; complaints: string[] }

export type Screen = { width?: number; height?: number; colorScheme?: 'dark' | 'light'; touch?: boolean }

export async function visit(
	browser: Browser,
	url: string,
	{ width = 1440, height = 900, colorScheme = 'dark', touch = false }: Screen = {},
): Promise<Visitor> {
	// At rest: colours that are still on their way would be judged as they pass.
	const still = { colorScheme, reducedMotion: 'reduce' } as const
	const viewport = { width, height }
	const context = await browser.newContext({ baseURL: url, viewport, hasTouch: touch, ...still })
	const page = await context.newPage()
	const complaints: string[] = []
	page.on('console', (message) => {
		if (isComplaint(message))
			complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`)
	})
	page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
	return { context, page, complaints }
}

/** What axe finds wrong on the page as it is now, one line each; without `rules` by all of them. */
export async function accessibilityFaults(page: Page, rules?: string[]): Promise<string[]> {
	const axe = new AxeBuilder({ page })
	const { violations } = await (rules ? axe.withRules(rules) : axe).analyze()
	return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

function isComplaint(message: ConsoleMessage): boolean {
	return message.type() === 'error' || message.type() === 'warning'
}
