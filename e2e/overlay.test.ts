import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, missing } from './browser.ts'
import { signIn } from './player.ts'
import type { Player } from './player.ts'
import { ServerProcess } from './server.ts'

const COMPANION = join(import.meta.dirname, '../apps/companion/dist/companion.js')
/** A run of three quarters of an hour in some seconds. */
const SPEED = 400

let server: ServerProcess
let browser: Browser
let folder: string
let player: Player
let companion: ChildProcess | undefined

beforeAll(async () => {
	if (missing) return
	folder = await mkdtemp(join(tmpdir(), 'speedfog-overlay-'))
	server = await ServerProcess.start()
	browser = await launch()
	player = await signIn(server.url, 'Streamer')
})
afterAll(async () => {
	companion?.kill('SIGKILL')
	await browser?.close()
	await server?.remove()
	await rm(folder, { recursive: true, force: true })
})

it.skipIf(missing)(
	'the overlay follows a run to its end, with a clock at frame rate and without moving anything',
	async () => {
		const run = await player.start('training_sprint')
		const pack = join(folder, 'pack.zip')
		await writeFile(pack, await player.pack(run.id))
		const args = [
			COMPANION,
			'simulate',
			'--pack',
			pack,
			'--speed',
			String(SPEED),
			'--seed',
			'5',
			'--port',
			'0',
		]
		companion = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
		const ended = once(companion, 'exit')
		const page = await (await browser.newContext({ viewport: { width: 500, height: 420 } })).newPage()
		const errors: string[] = []
		page.on('pageerror', ({ message }) => errors.push(message))
		await page.goto(await addressOf(companion))

		await page.locator('body[data-link=live] #exits li').first().waitFor()
		await page.evaluate(OBSERVE)
		expect(await page.locator('header').innerText()).toMatch(/^training/i)
		expect(await page.locator('#exits').innerText()).toContain('???')
		expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgba(0, 0, 0, 0)')
		await page.locator('body[data-status=finished]').waitFor()
		const { clock, layer, deaths, moved, wrote } = await page.evaluate<Read>(READ)
		const [code] = await ended
		expect(code).toBe(0)

		const detail = await player.detail(run.id)
		expect(detail.status).toBe('finished')
		expect({ clock, deaths: Number(deaths) }).toEqual({
			clock: shown(detail.igt_ms),
			deaths: detail.death_count,
		})
		expect(layer).toMatch(/^\d+\/\d+$/)
		expect(moved).toBe(0)
		// Ten boards a second are not what it shows: the clock runs on between them.
		expect(wrote).toBeGreaterThan(20)
		expect(errors).toEqual([])
	},
	90_000,
)

const OBSERVE = `
	moved = 0
	wrote = 0
	new PerformanceObserver((list) => {
		for (const shift of list.getEntries()) moved += shift.value
	}).observe({ type: 'layout-shift' })
	new MutationObserver((changes) => {
		wrote += changes.length
	}).observe(at('igt'), { childList: true })`

type Read = { clock: string; layer: string; deaths: string; moved: number; wrote: number }
const READ = `({
	clock: at('igt').textContent,
	layer: at('layer').textContent,
	deaths: at('count').textContent,
	moved,
	wrote,
})`

async function addressOf({ stdout }: ChildProcess): Promise<string> {
	let text = ''
	for await (const chunk of stdout!) {
		text += String(chunk)
		const [url] = /http:\/\/127\.0\.0\.1:\d+\/overlay(?=\n)/.exec(text) ?? []
		if (url === undefined) continue
		// Nobody reads the rest.
		stdout!.resume()
		return url
	}
	throw new Error(`The companion told no address: ${text}`)
}

function shown(igtMs: number): string {
	const seconds = Math.floor(igtMs / 1000)
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
	const two = (n: number) => String(n).padStart(2, '0')
	return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
