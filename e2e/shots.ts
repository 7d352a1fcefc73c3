// Takes a picture of every page in every state, for a person to look through: npm run shots, then open shots/.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launch } from './browser.ts'
import { play } from './game.ts'
import { ServerProcess } from './server.ts'

const FOLDER = join(import.meta.dirname, '../shots')
const WIDTHS = [1440, 768, 360]
const SCHEMES = ['dark', 'light'] as const
const HEIGHT = 900

type Scene = {
	name: string
	path: string
	/** Who looks; nobody signed in by default. */
	who?: BrowserContext
	/** Brings the page into its state once it is open. */
	arrange?: (page: Page) => Promise<unknown>
	/** Stands between the page and the server from the start. */
	hinder?: (page: Page) => Promise<unknown>
}

const LONG_NAME = 'a-name-of_twenty-five_let'

await rm(FOLDER, { recursive: true, force: true })
await mkdir(FOLDER, { recursive: true })
const server = await ServerProcess.start()
const browser = await launch()
const endings: (() => Promise<void>)[] = []
try {
	for (const scene of await scenes(browser)) await shoot(browser, scene)
} finally {
	for (const end of endings) await end()
	await browser.close()
	await server.remove()
}

async function scenes(browser: Browser): Promise<Scene[]> {
	const [newcomer, player] = [await signedIn(browser, 'newcomer'), await signedIn(browser, LONG_NAME)]
	const [waiting, abandoned, live, finished] = [
		await startRun(player),
		await startRun(player),
		await startRun(player),
		await startRun(player),
	]
	await player.request.post(`/api/training/${abandoned}/abandon`, { headers: { origin: server.url } })
	await playToTheEnd(player, finished)
	await playFor(player, live)
	return [
		{ name: 'front', path: '/' },
		{ name: 'sign-in', path: '/training' },
		{ name: 'training-empty', path: '/training', who: newcomer },
		{ name: 'training', path: '/training', who: player },
		{ name: 'training-loading', path: '/training', who: player, hinder: neverAnswer },
		{ name: 'training-error', path: '/training', who: player, hinder: alwaysFail },
		{ name: 'run-waiting', path: `/training/${waiting}`, who: player },
		{ name: 'run-live', path: `/training/${live}`, who: player, arrange: settle },
		{ name: 'run-live-full-map', path: `/training/${live}`, who: player, arrange: showFullMap },
		{ name: 'run-abandon-asked', path: `/training/${waiting}`, who: player, arrange: askToAbandon },
		{ name: 'run-finished', path: `/training/${finished}`, who: player, arrange: settle },
		{ name: 'run-abandoned', path: `/training/${abandoned}`, who: player },
		{ name: 'run-loading', path: `/training/${finished}`, who: player, hinder: neverAnswer },
		{ name: 'run-unknown', path: '/training/00000000-0000-7000-8000-000000000000', who: player },
		{ name: 'page-unknown', path: '/nothing/here' },
	]
}

async function shoot(browser: Browser, { name, path, who, arrange, hinder }: Scene): Promise<void> {
	const storageState = await who?.storageState()
	for (const colorScheme of SCHEMES)
		for (const width of WIDTHS) {
			const viewport = { width, height: HEIGHT }
			const context = await browser.newContext({
				baseURL: server.url,
				viewport,
				colorScheme,
				reducedMotion: 'reduce',
				...(storageState && { storageState }),
			})
			const page = await context.newPage()
			await hinder?.(page)
			await page.goto(path)
			await page.waitForTimeout(1_000)
			await arrange?.(page)
			await page.screenshot({ path: join(FOLDER, `${name}-${width}-${colorScheme}.png`), fullPage: true })
			await context.close()
		}
	process.stdout.write(`${name}\n`)
}

async function signedIn(browser: Browser, name: string): Promise<BrowserContext> {
	const context = await browser.newContext({ baseURL: server.url })
	await context.request.post('/api/auth/local', { data: { name }, headers: { origin: server.url } })
	return context
}

async function startRun({ request }: BrowserContext): Promise<string> {
	const answer = await request.post('/api/training', {
		data: { pool_name: 'training_sprint' },
		headers: { origin: server.url },
	})
	return ((await answer.json()) as { id: string }).id
}

async function playToTheEnd(who: BrowserContext, id: string): Promise<void> {
	const page = await who.newPage()
	await page.goto(`/training/${id}`)
	const stop = await play(page, 300)
	await page.getByText('Finished', { exact: true }).waitFor({ timeout: 120_000 })
	await stop()
	await page.close()
}

/** Leaves a game running behind the pictures. */
async function playFor(who: BrowserContext, id: string): Promise<void> {
	const page = await who.newPage()
	await page.goto(`/training/${id}`)
	endings.push(await play(page, 10))
	await page.waitForTimeout(20_000)
	await page.close()
}

function neverAnswer(page: Page): Promise<unknown> {
	return page.route('**/api/{training,pools}**', () => {})
}

function alwaysFail(page: Page): Promise<unknown> {
	return page.route('**/api/pools**', (route) => route.abort())
}

function settle(page: Page): Promise<unknown> {
	return page.waitForTimeout(1_500)
}

function showFullMap(page: Page): Promise<unknown> {
	return page.getByRole('button', { name: 'Show full map' }).click()
}

function askToAbandon(page: Page): Promise<unknown> {
	return page.getByRole('button', { name: 'Abandon' }).click()
}
