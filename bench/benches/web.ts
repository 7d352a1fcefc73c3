import { request } from 'node:http'
import type { Browser, BrowserContext } from 'playwright-core'
import { launch } from '../../e2e/browser.ts'
import * as traces from '../machine/traces.ts'
import { median, percentile } from '../machine/figures.ts'
import * as products from '../product/product.ts'
import type { Row } from '../report.ts'
import type { Bench } from '../stage.ts'

const MOST = { kib: 90, lcpMs: 1_200, taskMs: 50, frameMs: 16 }
/** As of a phone that is not new. */
const SLOWED = 4
const SETTLED_MS = 2_500

const options = { visits: 5, seconds: 20 }

export const bench: Bench<typeof options> = {
	about:
		'The pages in a real browser: what they weigh, when they are there, what they cost while a run is live',
	options,
	async run(stage, { visits, seconds }) {
		const { server } = await products.start(stage)
		const browser = await launch()
		stage.onEnd(() => browser.close())
		const player = await signIn(browser, server.url)
		const finished = await startRun(player, server.url, 1_000)
		await ended(player, finished)
		const live = await startRun(player, server.url, 20)

		const rows: Row[] = []
		for (const [name, path] of [
			['/training', '/training'],
			['a live run', `/training/${live}`],
			['a run that has ended', `/training/${finished}`],
		] as const) {
			const found: Visit[] = []
			for (let i = 0; i < visits; i++) found.push(await visit(browser, player, server.url, path))
			const sizes = await Promise.all([...found[0]!.files].map(bytesBrotli))
			const kib = sizes.reduce((sum, size) => sum + size, 0) / 1_024
			const lcpMs = median(found.map((each) => each.lcpMs))
			const cls = Math.max(...found.map((each) => each.cls))
			rows.push(
				{
					what: `${name}: the page with its styles, ${sizes.length - 1} scripts, brotli`,
					unit: 'KiB',
					ours: kib,
					must: `≤ ${MOST.kib} KiB`,
					holds: kib <= MOST.kib,
				},
				{
					what: `${name}: largest paint of a first visit, processor ${SLOWED} times slower`,
					unit: 'ms',
					ours: lcpMs,
					must: `< ${MOST.lcpMs} ms`,
					holds: lcpMs < MOST.lcpMs,
				},
				{
					what: `${name}: layout shift, worst of ${visits}`,
					unit: '',
					ours: cls,
					must: '0',
					holds: cls === 0,
				},
			)
		}

		// One that begins now: its end, which shows the whole map, is no part of what is watched.
		const watched = await startRun(player, server.url, 20)
		const { tasksMs, framesMs } = await watch(browser, player, `${server.url}/training/${watched}`, seconds)
		const [longest, frame] = [Math.max(...tasksMs), percentile(framesMs, 0.95)]
		rows.push(
			{
				what: `live for ${seconds} s: longest task of the main thread`,
				unit: 'ms',
				ours: longest,
				must: `≤ ${MOST.taskMs} ms`,
				holds: longest <= MOST.taskMs,
			},
			{
				what: 'live: main-thread work a frame, 95th percentile',
				unit: 'ms',
				ours: frame,
				must: `< ${MOST.frameMs} ms`,
				holds: frame < MOST.frameMs,
			},
		)
		return rows
	},
}

type Visit = { lcpMs: number; cls: number; files: Set<string> }

async function signIn(browser: Browser, url: string): Promise<BrowserContext> {
	const context = await browser.newContext({ baseURL: url })
	const page = await context.newPage()
	await page.goto('/training')
	await page.getByLabel('Your name').fill('visitor')
	await page.getByRole('button', { name: 'Sign in', exact: true }).click()
	await page.getByRole('heading', { name: 'Start a run' }).waitFor()
	await page.close()
	return context
}

async function startRun({ request }: BrowserContext, origin: string, speed: number): Promise<string> {
	const started = await request.post('/api/training', {
		data: { pool_name: 'training_standard' },
		headers: { origin },
	})
	const { id } = (await started.json()) as { id: string }
	await request.post(`/api/training/${id}/simulate`, { data: { speed }, headers: { origin } })
	return id
}

async function ended({ request }: BrowserContext, id: string): Promise<void> {
	for (;;) {
		const answer = await request.get(`/api/training/${id}?graph=false`)
		if (((await answer.json()) as { status: string }).status !== 'active') return
		await new Promise((resolve) => setTimeout(resolve, 500))
	}
}

/** Nothing in the cache, the processor slowed; signed in at some time before. */
async function visit(browser: Browser, player: BrowserContext, url: string, path: string): Promise<Visit> {
	const viewport = { width: 1_440, height: 900 }
	const storageState = await player.storageState()
	const context = await browser.newContext({ baseURL: url, viewport, storageState })
	const page = await context.newPage()
	const files = new Set<string>()
	page.on('response', (response) => {
		const type = response.request().resourceType()
		if (type === 'document' || type === 'script' || type === 'stylesheet') files.add(response.url())
	})
	const devtools = await context.newCDPSession(page)
	await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED })
	await page.addInitScript(WATCH_PAINTS)
	await page.goto(path)
	await page.waitForTimeout(SETTLED_MS * 2)
	const { lcpMs, cls } = (await page.evaluate('measured')) as { lcpMs: number; cls: number }
	await context.close()
	return { lcpMs, cls, files }
}

const WATCH_PAINTS = `
	globalThis.measured = { lcpMs: 0, cls: 0 }
	new PerformanceObserver((list) => {
		for (const entry of list.getEntries()) measured.lcpMs = entry.startTime
	}).observe({ type: 'largest-contentful-paint', buffered: true })
	new PerformanceObserver((list) => {
		for (const entry of list.getEntries()) if (!entry.hadRecentInput) measured.cls += entry.value
	}).observe({ type: 'layout-shift', buffered: true })
`

async function watch(browser: Browser, player: BrowserContext, url: string, seconds: number) {
	const page = await player.newPage()
	await page.setViewportSize({ width: 1_440, height: 900 })
	await page.goto(url)
	await page.waitForTimeout(SETTLED_MS)
	await browser.startTracing(page, { categories: traces.CATEGORIES })
	await page.waitForTimeout(seconds * 1_000)
	const trace = await browser.stopTracing()
	await page.close()
	return traces.read(trace)
}

/** As a browser gets it over TLS: over plain HTTP browsers do not ask for brotli. */
function bytesBrotli(url: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const asked = request(url, { headers: { 'accept-encoding': 'br' } }, (answer) => {
			let size = 0
			answer.on('data', (chunk: Buffer) => (size += chunk.length))
			answer.on('end', () => resolve(size))
			answer.on('error', reject)
		})
		asked.on('error', reject)
		asked.end()
	})
}
