import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { expectNoFaults, startRun } from '../stage.ts'
import type { Stage } from '../stage.ts'

export function settingsWalks({ enter, server }: Stage): void {
	test('changes how the overlay looks, and finds it so in the pack of the next run', async () => {
		const { page, complaints } = await enter('hugo')
		await page.getByRole('button', { name: 'Menu of hugo' }).click()
		await expectNoFaults(page)
		await page.getByRole('link', { name: 'Overlay' }).click()
		await page.getByRole('heading', { name: 'Overlay' }).waitFor()
		expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
		await page.getByLabel('Size').fill('30')
		await page.getByLabel('Border', { exact: true }).check()
		await page.getByLabel('Border colour').fill('#ff8800')
		await expectNoFaults(page)
		await page.getByRole('button', { name: 'Save' }).click()
		await page.getByText('Saved. Runs that you start from now on look like this.').waitFor()
		await page.reload()
		await expect.poll(() => page.getByLabel('Border colour').inputValue()).toBe('#ff8800')

		await page.getByRole('link', { name: 'Training', exact: true }).click()
		const id = await startRun(page)
		const pack = await (await page.request.get(`/api/training/${id}/pack`)).body()
		expect(pack.toString('latin1')).toMatch(/font_size = 30[^]*border_color = "#ff8800"/)
		expect(complaints).toEqual([])
	})

	test('makes a token that is shown once, uses it, and revokes it', async () => {
		const { page, complaints } = await enter('ida')
		await page.goto('/settings?tab=tokens')
		await page.getByText('You have no tokens.').waitFor()
		await page.getByRole('button', { name: 'Make a token' }).click()
		await page.getByText('Say what it is for').waitFor()
		await page.getByLabel('What is it for?').fill('A counter')
		await page.getByRole('button', { name: 'Make a token' }).click()
		const secret = await page.getByLabel('Token for A counter').inputValue()
		await expectNoFaults(page)
		const use = () => fetch(`${server().url}/api/auth/me`, { headers: { authorization: `Bearer ${secret}` } })
		expect((await use()).status).toBe(200)

		await page.reload()
		await page.getByRole('row').filter({ hasText: 'A counter' }).waitFor()
		expect(await page.content()).not.toContain(secret)
		await page.getByRole('button', { name: 'Revoke A counter' }).click()
		await page.getByRole('alertdialog').waitFor()
		await expectNoFaults(page)
		await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
		await page.getByText('You have no tokens.').waitFor()
		expect((await use()).status).toBe(401)
		expect(complaints).toEqual([])
	})

	test('signs another device out, which then has to sign in again where it was', async () => {
		const here = await enter('jan')
		const there = await enter('jan', { width: 768 })
		await there.page.goto('/settings')
		await here.page.goto('/settings?tab=devices')
		const rows = here.page.getByRole('row').filter({ hasText: 'Sign out' })
		await expect.poll(() => rows.count()).toBe(2)
		await expectNoFaults(here.page)
		await rows.filter({ hasNotText: 'This one' }).getByRole('button').click()
		await expect.poll(() => rows.count()).toBe(1)

		await there.page.getByRole('link', { name: 'Devices' }).click()
		await there.page.getByRole('heading', { name: 'Sign in' }).waitFor()
		await expectNoFaults(there.page)
		await there.page.getByLabel('Your name').fill('jan')
		await there.page.getByRole('button', { name: 'Sign in', exact: true }).click()
		await there.page.getByRole('heading', { name: 'Devices' }).waitFor()
		expect(here.complaints).toEqual([])
	})

	test('takes all data away, and deletes the account with everything in it', async () => {
		const { page, complaints } = await enter('karl')
		const id = await startRun(page)
		await page.goto('/settings?tab=data')
		const [file] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('button', { name: 'Export my data' }).click(),
		])
		expect(file.suggestedFilename()).toBe('speedfog_training_karl.json')
		const archive = JSON.parse(await readFile(await file.path(), 'utf8')) as { sessions: { id: string }[] }
		expect(archive.sessions.map((session) => session.id)).toEqual([id])
		await expectNoFaults(page)

		await page.getByRole('button', { name: 'Delete account' }).click()
		const dialog = page.getByRole('alertdialog')
		await dialog.getByLabel('Write your name').fill('karla')
		await dialog.getByRole('button', { name: 'Delete account' }).click()
		await dialog.getByText('Nothing was deleted').waitFor()
		await expectNoFaults(page)
		await dialog.getByLabel('Write your name').fill('Karl')
		await dialog.getByRole('button', { name: 'Delete account' }).click()
		await page.getByText('Your account is deleted').waitFor()
		await page.getByRole('heading', { level: 1, name: 'Practise randomised' }).waitFor()

		await page.getByLabel('Your name').fill('karl')
		await page.getByRole('button', { name: 'Sign in', exact: true }).click()
		await page.getByText('No run has ended yet').waitFor()
		expect(await page.getByRole('heading', { name: 'Continue' }).count()).toBe(0)
		expect(complaints).toEqual([])
	})
}
