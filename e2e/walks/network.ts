import { readFile } from 'node:fs/promises'
import type { CDPSession, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { expectNoFaults, startRun } from '../stage.ts'
import type { Stage } from '../stage.ts'

/** Lines that are slow, break, or answer with errors. */
export function networkWalks({ enter }: Stage): void {
	test('sees skeletons, then content, on a slow line, and gets a whole pack over a broken one', async () => {
		const { page, context, complaints } = await enter('emil')
		const id = await startRun(page)
		const pack = await (await page.request.get(`/api/training/${id}/pack`)).body()
		const line = await context.newCDPSession(page)
		await line.send('Network.enable')

		await set(line, { latency: 400 })
		await page.goto('/training')
		await page.getByText('Loading your runs…').waitFor({ state: 'attached' })
		await expectNoFaults(page)
		await page.getByRole('link', { name: 'Open' }).click()
		await page.getByText('Loading the run…').waitFor({ state: 'attached' })
		await page.getByText('Waiting for the game').waitFor()

		const asked: (string | undefined)[] = []
		page.on('request', (request) => {
			if (request.url().endsWith('/pack')) asked.push(request.headers()['range'])
		})
		await set(line, { bytesPerSecond: pack.length / 4 })
		const download = page.waitForEvent('download')
		await page.getByRole('button', { name: 'Download pack' }).click()
		await expect.poll(() => received(page), { interval: 50 }).toBeGreaterThan(0)
		await set(line, { offline: true })
		await expect.poll(() => complaints.join()).toContain('ERR_INTERNET_DISCONNECTED')
		await set(line, {})
		expect(pack.equals(await readFile(await (await download).path()))).toBe(true)
		expect(asked.at(-1)).toMatch(/^bytes=[1-9]/)
		await page.getByText('The pack is in your downloads.').waitFor()
		expect(complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED/.test(text))).toEqual([])
	})

	test('is told what happened and the way back by every error', async () => {
		const { page, complaints } = await enter('fritz')
		const other = await enter('gerd')
		const foreign = await startRun(other.page)
		for (const [path, title] of [
			['/nothing/here', 'There is no such page'],
			['/training/no-such-run', 'There is no such run'],
			['/training/00000000-0000-7000-8000-000000000000', 'There is no such run'],
			[`/training/${foreign}`, 'This run belongs to someone else'],
			[`/watch/${foreign}`, 'There is nothing to watch here'],
			[`/watch/${foreign}#not-its-token`, 'There is nothing to watch here'],
			['/watch/no-such-run', 'There is nothing to watch here'],
			['/admin', 'This page is for admins'],
		] as const) {
			await page.goto(path)
			await page.getByRole('heading', { level: 1, name: title }).waitFor()
			expect(await page.getByRole('main').getByRole('link').count(), path).toBeGreaterThan(0)
			await expectNoFaults(page)
		}
		// What the browser itself says of such an answer is no complaint of ours.
		expect(complaints.filter((text) => !/status of (403|404|422)/.test(text))).toEqual([])

		await page.route('**/api/{training,pools,auth/tokens,auth/sessions}**', (route) =>
			route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }),
		)
		for (const [path, role] of [
			['/training', 'heading'],
			['/settings?tab=devices', 'alert'],
			['/settings?tab=tokens', 'alert'],
		] as const) {
			await page.goto(path)
			await page
				.getByRole(role)
				.filter({ hasText: /not ready|could not be loaded/ })
				.waitFor()
			await expectNoFaults(page)
		}
		await page.unroute('**/api/{training,pools,auth/tokens,auth/sessions}**')
		await page.getByRole('button', { name: 'Try again' }).click()
		await page.getByText('You have no tokens.').waitFor()
	})

	type Line = { latency?: number; bytesPerSecond?: number; offline?: boolean }

	async function set(session: CDPSession, { latency = 0, bytesPerSecond = -1, offline = false }: Line) {
		const throughput = { downloadThroughput: bytesPerSecond, uploadThroughput: -1 }
		await session.send('Network.emulateNetworkConditions', { latency, offline, ...throughput })
	}

	/** Bytes of the pack that are here, as the page says it. */
	async function received(page: Page): Promise<number> {
		return parseFloat((await page.locator('.download p').textContent()) ?? '0')
	}
}
