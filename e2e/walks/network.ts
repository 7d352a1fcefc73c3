import { readFile } from 'node:fs/promises'
import type { CDPSession } from 'playwright-core'
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

		const answers: number[] = []
		page.on('response', (response) => {
			if (response.url().endsWith('/pack')) answers.push(response.status())
		})
		// The first answer breaks off in the middle; the rest comes slowly.
		await page.route('**/pack', async (route) => {
			const headers = (await route.fetch()).headers()
			await route.fulfill({ status: 200, headers, body: pack.subarray(0, pack.length / 2) })
			await page.unroute('**/pack')
		})
		await set(line, { latency: 400, bytesPerSecond: pack.length / 2 })
		const download = page.waitForEvent('download')
		await page.getByRole('button', { name: 'Download pack' }).click()
		await page.getByRole('progressbar', { name: 'Download of the pack' }).waitFor()
		await expectNoFaults(page)
		expect(pack.equals(await readFile(await (await download).path()))).toBe(true)
		// The rest only, not all of it again.
		expect(answers).toEqual([200, 206])
		await page.getByText('The pack is in your downloads.').waitFor()
		expect(complaints).toEqual([])
	})

	test('is told when a part of the map does not arrive, and gets the map as soon as it does', async () => {
		const { page, complaints } = await enter('ines')
		await page.route('**/*worker*', (route) => route.abort())
		await startRun(page)
		await page.getByText('The map cannot be drawn yet').waitFor({ timeout: 20_000 })
		await expectNoFaults(page)
		await page.getByRole('button', { name: 'As text' }).click()
		await page.getByRole('heading', { name: 'Layer 1' }).waitFor()
		await page.getByRole('button', { name: 'As text' }).click()
		await page.unroute('**/*worker*')
		await page.getByRole('button', { name: 'Try now' }).click()
		await page.getByRole('application').waitFor()
		expect(await page.getByText('The map cannot be drawn yet').count()).toBe(0)
		expect(complaints.filter((text) => !text.includes('ERR_FAILED'))).toEqual([])
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

	async function set(session: CDPSession, { latency, bytesPerSecond = -1 }: Line): Promise<void> {
		const throughput = { downloadThroughput: bytesPerSecond, uploadThroughput: -1 }
		await session.send('Network.emulateNetworkConditions', { latency, offline: false, ...throughput })
	}
}

type Line = { latency: number; bytesPerSecond?: number }
