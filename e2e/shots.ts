// Takes a picture of every page in every state, for a person to look through: npm run shots, then open shots/.
// Words after it choose: `npm run shots -- settings run-live` takes those whose names begin so.
import { mkdir, rm, writeFile } from 'node:fs/promises'
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
	/** Only what fits on the screen: what is fixed to it would stand in the middle of a whole page. */
	screen?: boolean
}

const LONG_NAME = 'a-name-of_twenty-five_let'

const chosen = process.argv.slice(2)
if (chosen.length === 0) await rm(FOLDER, { recursive: true, force: true })
await mkdir(FOLDER, { recursive: true })
const server = await ServerProcess.start({ ADMIN_USERS: LONG_NAME, RATE_LIMIT_FACTOR: '100' })
const browser = await launch()
const endings: (() => Promise<void>)[] = []
try {
	for (const scene of await scenes(browser)) if (isChosen(scene)) await shoot(browser, scene)
} finally {
	for (const end of endings) await end()
	await browser.close()
	await server.remove()
}

async function scenes(browser: Browser): Promise<Scene[]> {
	const [newcomer, player] = [await signedIn(browser, 'newcomer'), await signedIn(browser, LONG_NAME)]
	const waiting = await startRun(player, 'training_sprint')
	const abandoned = await startRun(player, 'training_sprint')
	const live = await startRun(player, 'training_standard')
	const finished = await startRun(player, 'training_sprint')
	const longest = await startRun(player, 'training_marathon')
	await player.request.post(`/api/training/${abandoned}/abandon`, { headers: { origin: server.url } })
	await writeFile(join(server.poolsFolder, 'training_sprint', 'seed_broken.zip'), 'this is no zip')
	const pools = await player.request.post('/api/admin/seeds/scan', { headers: { origin: server.url } })
	if (!pools.ok()) throw new Error(await pools.text())
	const shared = await player.request.put(`/api/training/${live}/share`, { headers: { origin: server.url } })
	const { pathname, hash } = new URL(((await shared.json()) as { url: string }).url)
	await Promise.all([playToTheEnd(player, finished), playToTheEnd(player, longest), playFor(player, live)])
	const run = (id: string) => ({ path: `/training/${id}`, who: player })
	const settings = (tab: string) => ({ path: `/settings?tab=${tab}`, who: player })
	return [
		{ name: 'front', path: '/' },
		{ name: 'front-problem', path: '/?problem=twitch_unavailable' },
		{ name: 'sign-in', path: '/training?problem=sign_in_denied' },
		{ name: 'training-empty', path: '/training', who: newcomer },
		{ name: 'training', path: '/training', who: player },
		{ name: 'training-details', path: '/training', who: newcomer, arrange: openDetails },
		{ name: 'training-menu', path: '/training', who: player, arrange: press('Menu of'), screen: true },
		{ name: 'training-loading', path: '/training', who: player, hinder: neverAnswer },
		{ name: 'training-error', path: '/training', who: player, hinder: alwaysFail },
		{ name: 'run-waiting', ...run(waiting) },
		{ name: 'run-live', ...run(live), arrange: settle },
		{ name: 'run-live-full-map', ...run(live), arrange: press('Show full map') },
		{ name: 'run-offline', ...run(live), hinder: cutOff, screen: true },
		{ name: 'run-share', ...run(waiting), arrange: press('Share', 'Make a link'), screen: true },
		{ name: 'run-abandon-asked', ...run(live), arrange: press('Abandon'), screen: true },
		{ name: 'run-finished', ...run(finished), arrange: settle },
		{ name: 'run-finished-marathon', ...run(longest), arrange: settle },
		{ name: 'run-finished-node', ...run(finished), arrange: pressZone },
		{ name: 'run-finished-text', ...run(finished), arrange: press('As text') },
		{ name: 'run-abandoned', ...run(abandoned) },
		{ name: 'run-loading', ...run(finished), hinder: neverAnswer },
		{ name: 'run-unknown', ...run('00000000-0000-7000-8000-000000000000') },
		{ name: 'watch', path: pathname + hash, arrange: settle },
		{ name: 'watch-refused', path: pathname },
		{ name: 'settings-profile', ...settings('profile') },
		{ name: 'settings-overlay', ...settings('overlay') },
		{ name: 'settings-devices', ...settings('devices') },
		{ name: 'settings-devices-loading', ...settings('devices'), hinder: neverAnswer },
		{ name: 'settings-tokens-empty', path: '/settings?tab=tokens', who: newcomer },
		{ name: 'settings-tokens', ...settings('tokens'), arrange: makeToken },
		{ name: 'settings-data', ...settings('data') },
		{ name: 'settings-delete-asked', ...settings('data'), arrange: press('Delete account'), screen: true },
		{ name: 'admin', path: '/admin', who: player },
		{ name: 'admin-discard-asked', path: '/admin', who: player, arrange: press('Discard'), screen: true },
		{ name: 'admin-error', path: '/admin', who: player, hinder: alwaysFail },
		{ name: 'admin-refused', path: '/admin', who: newcomer },
		{ name: 'page-unknown', path: '/nothing/here' },
	]
}

function isChosen({ name }: Scene): boolean {
	return chosen.length === 0 || chosen.some((word) => name.startsWith(word))
}

async function shoot(browser: Browser, { name, path, who, arrange, hinder, screen }: Scene): Promise<void> {
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
			const file = join(FOLDER, `${name}-${width}-${colorScheme}.png`)
			await page.screenshot({ path: file, fullPage: !screen })
			await context.close()
		}
	process.stdout.write(`${name}\n`)
}

async function signedIn(browser: Browser, name: string): Promise<BrowserContext> {
	const context = await browser.newContext({ baseURL: server.url })
	await context.request.post('/api/auth/local', { data: { name }, headers: { origin: server.url } })
	return context
}

async function startRun({ request }: BrowserContext, pool: string): Promise<string> {
	const answer = await request.post('/api/training', {
		data: { pool_name: pool },
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
	return page.route('**/api/{training,pools,auth/sessions}**', () => {})
}

function alwaysFail(page: Page): Promise<unknown> {
	return page.route('**/api/pools**', (route) => route.abort())
}

function settle(page: Page): Promise<unknown> {
	return page.waitForTimeout(1_500)
}

function press(...names: string[]): (page: Page) => Promise<void> {
	return async (page) => {
		for (const name of names) await page.getByRole('button', { name }).first().click()
		await page.waitForTimeout(400)
	}
}

/** A zone in the middle of the log. */
function pressZone(page: Page): Promise<unknown> {
	return page.getByRole('region', { name: 'Zones' }).locator('tbody button').nth(5).click()
}

function openDetails(page: Page): Promise<unknown> {
	return page.getByText('Details').first().click()
}

/** No socket holds. */
function cutOff(page: Page): Promise<unknown> {
	return page.routeWebSocket('**/spectate', (socket) => socket.close())
}

async function makeToken(page: Page): Promise<void> {
	await page.getByLabel('What is it for?').fill('The counter of my stream')
	await press('Make a token')(page)
}
