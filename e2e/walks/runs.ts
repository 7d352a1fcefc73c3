import type { SessionDetail } from '@speedfog/core/protocol/training'
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { play } from '../game.ts'
import { expectNoFaults, igt, joinGame, sessionOf, startRun, zones } from '../stage.ts'
import type { Stage } from '../stage.ts'

/** What the page says of a run, beside what the game did. */
export function runWalks({ arrive, enter, server }: Stage): void {
	test('signs in by name, starts a run, and sees the first steps tick themselves and the game come alive', async () => {
		const { page, complaints } = await arrive()
		await expectNoFaults(page)
		await page.getByLabel('Your name').fill('no spaces')
		await page.getByRole('button', { name: 'Sign in', exact: true }).click()
		await page.getByRole('alert').waitFor()
		await expectNoFaults(page)
		await page.getByLabel('Your name').fill('anna')
		await page.getByRole('button', { name: 'Sign in', exact: true }).click()
		await page.waitForURL('**/training')
		await page.getByText('No run has ended yet').waitFor()
		await expectNoFaults(page)

		const id = await startRun(page)
		await expectNoFaults(page)
		expect(await ticked(page)).toEqual([])
		const [file] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('button', { name: 'Download pack' }).click(),
		])
		const pack = await (await page.request.get(`/api/training/${id}/pack`)).body()
		expect(pack.equals(await readFile(await file.path()))).toBe(true)
		await expect.poll(() => ticked(page)).toEqual(['Download the pack'])

		const mod = await joinGame(page)
		onTestFinished(() => mod.leave())
		await page.getByText('Live', { exact: true }).waitFor()
		await expect.poll(() => ticked(page)).toEqual(['Download the pack', 'Unzip it', 'Run the launcher'])
		mod.status(60_000, 0)
		await expect.poll(() => zones(page)).toBe(1)
		expect(await page.getByRole('heading', { name: 'First steps' }).count()).toBe(0)

		// It goes on between two reports, and stands two seconds ahead of the last one.
		await expect.poll(() => igt(page), { timeout: 5_000 }).toBe('0:01:02')
		await page.waitForTimeout(800)
		expect(await igt(page)).toBe('0:01:02')

		const [next] = mod.graph.nodes.get(mod.graph.startNode)!.next
		mod.status(64_000, 2)
		mod.go(next!)
		await expect.poll(() => zones(page)).toBe(2)
		expect(await logRow(page, 1).textContent()).toContain('2')
		await page.waitForTimeout(500)
		await expectNoFaults(page)
		mod.leave()
		await page.getByText('Game disconnected').waitFor()
		expect(complaints).toEqual([])
	})

	test('watches a simulated run in two tabs to its end, wrong turns and all, and finds it in the history', async () => {
		const { page, context, complaints } = await enter('bert')
		const id = await startRun(page)
		const second = await context.newPage()
		second.on('pageerror', (error) => complaints.push(error.message))
		await second.goto(`/training/${id}`)
		await page.getByRole('button', { name: 'Show full map' }).click()
		// The button's own wish is a run that a person can follow.
		await page.route('**/simulate', (route) => route.continue({ postData: JSON.stringify({ speed: 250 }) }))
		await page.getByRole('button', { name: 'Watch a simulated run' }).click()
		for (const tab of [page, second]) await tab.getByText('Live', { exact: true }).waitFor()
		await expectNoFaults(page)

		for (const tab of [page, second])
			await tab.getByText('Finished', { exact: true }).waitFor({ timeout: 120_000 })
		const detail = (await (await page.request.get(`/api/training/${id}?graph=false`)).json()) as SessionDetail
		const again = detail.visits.length - new Set(detail.visits.map(({ node_id }) => node_id)).size
		for (const tab of [page, second]) {
			await expect.poll(() => zones(tab)).toBe(detail.visits.length)
			expect(await tab.getByText('· again').count()).toBe(again)
		}
		const final = await igt(page)
		expect(await igt(second)).toBe(final)
		await expectNoFaults(page)

		// A tab in the background need not move anything.
		await second.bringToFront()
		for (const index of [0, detail.visits.length - 1]) {
			await logRow(second, index).getByRole('button').click()
			await expect.poll(() => isChosenInSight(second)).toBe(true)
			await expect
				.poll(() => isInWindow(second.getByRole('button', { name: 'Close the details' })))
				.toBe(true)
		}
		await page.getByRole('link', { name: 'All runs' }).click()
		const row = page.getByRole('row').filter({ hasText: 'Finished' })
		expect(await row.textContent()).toContain(final)
		await expectNoFaults(page)
		await row.click()
		await page.waitForURL(`**/training/${id}`)
		expect(complaints).toEqual([])
	}, 180_000)

	test('keeps watching over a restart of the server: the page says so, and comes back by itself', async () => {
		const { page, complaints } = await enter('carl')
		await startRun(page)
		onTestFinished(await play(page, 60))
		await page.getByText('Live', { exact: true }).waitFor()
		await expect.poll(() => zones(page), { timeout: 60_000 }).toBeGreaterThan(1)
		const before = await zones(page)

		expect(await server().stop()).toBe(0)
		await page.getByText('Reconnecting…').waitFor()
		expect(await zones(page)).toBeGreaterThanOrEqual(before)
		await expectNoFaults(page)
		const refused = complaints.splice(0)
		expect(refused.filter((text) => !/ERR_CONNECTION_REFUSED|WebSocket connection/.test(text))).toEqual([])

		await server().start()
		await page.getByText('Reconnecting…').waitFor({ state: 'detached', timeout: 60_000 })
		await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 })
		await expect.poll(() => zones(page), { timeout: 60_000 }).toBeGreaterThan(before)
		expect(sessionOf(page)).not.toBe('')
	}, 180_000)

	async function ticked(page: Page): Promise<string[]> {
		const done = page.getByRole('listitem').filter({ hasText: '(done)' }).locator('.title')
		return (await done.allTextContents()).map((text) => text.replace('(done)', '').trim())
	}

	/** Whether the zone that the address names lies within the frame of the map. */
	async function isChosenInSight(page: Page): Promise<boolean> {
		const map = page.getByRole('application')
		const node = new URL(page.url()).searchParams.get('node')
		const [frame, station] = [
			await map.boundingBox(),
			await map.locator(`[data-node="${node}"]`).first().boundingBox(),
		]
		return !!frame && !!station && station.x > frame.x && station.x + station.width < frame.x + frame.width
	}

	/** However long the list is that it was chosen in. */
	async function isInWindow(what: Locator): Promise<boolean> {
		const box = await what.boundingBox()
		const { height } = what.page().viewportSize()!
		return box !== null && box.y >= 0 && box.y + box.height <= height
	}

	/** Counted from the newest. */
	function logRow(page: Page, index: number): Locator {
		return page.getByRole('region', { name: 'Zones' }).locator('tbody tr').nth(index)
	}
}
