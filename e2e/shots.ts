// Takes a picture of every page in every state, for a person to look through: npm run shots, then open shots/.
// Words after it choose: `npm run shots -- settings run-live` takes those whose names begin so.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launch } from './browser.ts'
import { play } from './game.ts'
import { HandMod } from './hand-mod.ts'
import { ServerProcess } from './server.ts'

const FOLDER = join(import.meta.dirname, '../shots')
const WIDTHS = [1440, 768, 360]
const SCHEMES = ['dark', 'light'] as const
const HEIGHT = 900

type Scene = {
	name: string
	path: string
	/** What must have happened before, once. */
	prepare?: () => Promise<unknown>
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
	for (const scene of await scenes(browser)) {
		if (!isChosen(scene)) continue
		await scene.prepare?.()
		await shoot(browser, scene)
	}
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
	const met = await startRun(newcomer, 'training_sprint')
	const far = await startRun(newcomer, 'training_standard')
	const veteran = await signedIn(browser, 'veteran')
	await abandon(player, abandoned)
	await writeFile(join(server.poolsFolder, 'training_sprint', 'seed_broken.zip'), 'this is no zip')
	const scan = async () => {
		const answer = await player.request.post('/api/admin/seeds/scan', { headers: { origin: server.url } })
		if (!answer.ok()) throw new Error(await answer.text())
	}
	await scan()
	const shared = await player.request.put(`/api/training/${live}/share`, { headers: { origin: server.url } })
	const { pathname, hash } = new URL(((await shared.json()) as { url: string }).url)
	await Promise.all([playToTheEnd(player, finished), playToTheEnd(player, longest), playFor(player, live)])
	const run = (id: string) => ({ path: `/training/${id}`, who: player })
	const newcomers = (id: string) => ({ path: `/training/${id}`, who: newcomer })
	const settings = (tab: string) => ({ path: `/settings?tab=${tab}`, who: player })
	return [
		{ name: 'front', path: '/' },
		{ name: 'front-problem', path: '/?problem=twitch_unavailable' },
		{ name: 'sign-in', path: '/training?problem=sign_in_denied' },
		{ name: 'training', path: '/training', who: player },
		{ name: 'training-empty', path: '/training', who: veteran },
		{ name: 'training-details', path: '/training', who: veteran, arrange: openDetails },
		{ name: 'training-menu', path: '/training', who: player, arrange: press('Menu of'), screen: true },
		{ name: 'training-loading', path: '/training', who: player, hinder: neverAnswer },
		{ name: 'training-error', path: '/training', who: player, hinder: alwaysFail },
		{ name: 'run-waiting', ...run(waiting) },
		{ name: 'run-met', ...newcomers(met), prepare: () => meet(newcomer, met) },
		{ name: 'run-long-name', ...newcomers(far), prepare: () => goFar(newcomer, far), arrange: settle },
		{ name: 'run-foreign', ...newcomers(live) },
		{ name: 'run-live', ...run(live), arrange: settle },
		{ name: 'run-live-full-map', ...run(live), arrange: press('Show full map') },
		{ name: 'run-offline', ...run(live), hinder: cutOff, screen: true },
		{ name: 'run-refused', ...run(live), hinder: refuse, screen: true },
		{ name: 'run-map-missing', ...run(live), hinder: withoutWorker, arrange: lose, screen: true },
		{ name: 'run-share', ...run(waiting), arrange: shareLink, screen: true },
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
		{
			name: 'overlay',
			path: await overlayOf(newcomer, await startRun(newcomer, 'training_standard')),
			arrange: beforeGame,
			screen: true,
		},
		{ name: 'training-long-names', path: '/training', who: veteran, prepare: () => playMuch(veteran, scan) },
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
				// A phone's scroll bar takes no room.
				...(width < 500 && { isMobile: true, hasTouch: true }),
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

function abandon({ request }: BrowserContext, id: string): Promise<unknown> {
	return request.post(`/api/training/${id}/abandon`, { headers: { origin: server.url } })
}

/** All seeds of a pool and many of another; and a pool that has a long name and nothing else. */
async function playMuch(who: BrowserContext, scan: () => Promise<void>): Promise<void> {
	for (const [pool, times] of [
		['training_marathon', 5],
		['training_sprint', 26],
	] as const)
		for (let i = 0; i < times; i++) await abandon(who, await startRun(who, pool))
	const folder = join(server.poolsFolder, 'training_a_name_that_needs_more_room_than_there_is_in_one_line')
	await mkdir(folder)
	const description =
		'A description that somebody wrote with a lot of love and took their time over. '.repeat(3)
	const display = ['type = "training"', 'estimated_duration = "an evening"', `description = "${description}"`]
	await writeFile(join(folder, 'config.toml'), `[display]\n${display.join('\n')}\n`)
	await scan()
	await startRun(who, 'training_standard')
}

async function meet(who: BrowserContext, id: string): Promise<HandMod> {
	const mod = await HandMod.join(id, async (path) => (await who.request.get(path)).body())
	endings.push(async () => mod.leave())
	return mod
}

/** To the zone with the longest name, and the game is left. */
async function goFar(who: BrowserContext, id: string): Promise<void> {
	const mod = await meet(who, id)
	const ways = [[mod.graph.startNode]]
	for (const way of ways)
		for (const next of mod.graph.nodes.get(way.at(-1)!)!.next)
			if (!ways.some((other) => other.at(-1) === next)) ways.push([...way, next])
	const nameOf = (way: string[]) => mod.graph.nodes.get(way.at(-1)!)!.displayName.split(' - ').at(-1)!
	const [farthest] = ways.sort((a, b) => nameOf(b).length - nameOf(a).length)
	mod.status(61_000, 1)
	for (const node of farthest!.slice(1)) mod.go(node)
	mod.status(4_521_000, 104)
	await new Promise((resolve) => setTimeout(resolve, 1_000))
	mod.leave()
}

/** What is shown over the game, of a run that goes on. */
async function overlayOf(who: BrowserContext, id: string): Promise<string> {
	const pack = join(server.poolsFolder, '../overlay.zip')
	await writeFile(pack, await (await who.request.get(`/api/training/${id}/pack`)).body())
	const companion = join(import.meta.dirname, '../apps/companion/dist/companion.js')
	const args = [companion, 'simulate', '--pack', pack, '--speed', '10', '--port', '0']
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
	const ended = once(child, 'exit')
	endings.push(async () => {
		child.kill()
		await ended
	})
	let said = ''
	for await (const chunk of child.stdout) {
		const [url] = /http:\/\/127\.0\.0\.1:\d+\/overlay(?=\n)/.exec((said += String(chunk))) ?? []
		if (url === undefined) continue
		child.stdout.resume()
		return url
	}
	throw new Error(`The companion told no address: ${said}`)
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

async function shareLink(page: Page): Promise<void> {
	await press('Share')(page)
	await page.getByRole('button', { name: /^Make a/ }).click()
	await page.getByLabel('Link to watch').waitFor()
}

function openDetails(page: Page): Promise<unknown> {
	return page.getByText('Details').first().click()
}

/** No socket holds. */
function cutOff(page: Page): Promise<unknown> {
	return page.routeWebSocket('**/spectate', (socket) => socket.close())
}

function refuse(page: Page): Promise<unknown> {
	return page.routeWebSocket('**/spectate', (socket) => socket.close({ code: 4003 }))
}

function withoutWorker(page: Page): Promise<unknown> {
	return page.route('**/*worker*', (route) => route.abort())
}

/** Until the page gives up on what does not arrive. */
function lose(page: Page): Promise<unknown> {
	return page.getByText('cannot be drawn yet').waitFor({ timeout: 20_000 })
}

/** What is clear in the overlay shows the game. */
async function beforeGame(page: Page): Promise<void> {
	await page.addStyleTag({ content: 'html { background: linear-gradient(#6c7f93, #8b8a72, #1b2018) }' })
	await settle(page)
}

async function makeToken(page: Page): Promise<void> {
	await page.getByLabel('What is it for?').fill('The counter of my stream')
	await press('Make a token')(page)
}
