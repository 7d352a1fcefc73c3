import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { expectNoFaults, joinGame, startRun, zones } from '../stage.ts'
import type { Stage } from '../stage.ts'

/** People who are not the player: whoever has a link, and admins. */
export function otherWalks({ arrive, enter, server }: Stage): void {
	test('shares a run with somebody without an account, until the link is turned off', async () => {
		const { page, complaints } = await enter('lena')
		await startRun(page)
		await page.getByRole('button', { name: 'Share' }).click()
		await page.getByRole('button', { name: 'Make a link' }).click()
		const link = await page.getByLabel('Link to watch').inputValue()
		await expectNoFaults(page)
		await page.getByRole('button', { name: 'Close' }).click()

		const guest = await arrive()
		await guest.page.goto(link)
		await guest.page.getByRole('heading', { level: 1, name: 'lena' }).waitFor()
		await expectNoFaults(guest.page)
		const mod = await joinGame(page)
		onTestFinished(() => mod.leave())
		mod.status(5_000, 0)
		await guest.page.getByText('Live', { exact: true }).waitFor()
		await expect.poll(() => zones(guest.page)).toBe(1)
		await guest.page.waitForTimeout(400)
		await expectNoFaults(guest.page)
		for (const action of ['Share', 'Abandon', 'Download pack'])
			expect(await guest.page.getByRole('button', { name: action }).count(), action).toBe(0)

		await page.getByRole('button', { name: 'Share' }).click()
		await page.getByRole('button', { name: 'Turn the link off' }).click()
		await guest.page.getByText('This link is not good any more').waitFor()
		expect(await zones(guest.page)).toBe(1)
		await expectNoFaults(guest.page)
		await guest.page.reload()
		await guest.page.getByRole('heading', { name: 'There is nothing to watch here' }).waitFor()
		expect([...complaints, ...guest.complaints]).toEqual([])
	})

	test('scans the pools as an admin, reads why a file was rejected, and discards a pool', async () => {
		const { page, complaints } = await enter('warden')
		await page.getByRole('link', { name: 'Pools' }).click()
		await page.getByRole('row').filter({ hasText: 'Marathon' }).waitFor()
		await expectNoFaults(page)
		await writeFile(join(server().poolsFolder, 'training_sprint', 'seed_broken.zip'), 'this is no zip')
		await page.getByRole('button', { name: 'Scan the pools' }).click()
		await page.getByText('1 file cannot be used').waitFor()
		await page.getByText('training_sprint/seed_broken.zip').waitFor()
		await expectNoFaults(page)

		await page.getByRole('button', { name: 'Discard the seeds of training_marathon' }).click()
		await page.getByRole('alertdialog').waitFor()
		await expectNoFaults(page)
		await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click()
		await page.getByText('will not be drawn again').waitFor()
		await page.getByRole('link', { name: 'Training', exact: true }).click()
		await page.getByText('No seeds yet').waitFor()
		expect(await page.getByRole('button', { name: 'Start a Marathon run' }).isDisabled()).toBe(true)
		await expectNoFaults(page)
		expect(complaints).toEqual([])
	})
}
