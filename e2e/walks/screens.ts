import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { expectAllInView, expectNoFaults, joinGame, startRun, zones } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { accessibilityFaults } from '../visitor.ts'

/** What hides a part of its text: all but what is meant for screen readers, and the map, which scrolls inside itself. */
const CUT_OFF = `[...document.querySelectorAll('body *')]
	.filter((each) => each instanceof HTMLElement && each.textContent.trim() !== '' && each.checkVisibility())
	.filter((each) => !each.closest('.unseen, [role=application]') && each.clientWidth > 1)
	.filter((each) => {
		const { overflowX, overflowY } = getComputedStyle(each)
		const hides = (overflow) => overflow === 'hidden' || overflow === 'clip'
		return (hides(overflowX) && each.scrollWidth > each.clientWidth + 1) ||
			(hides(overflowY) && each.scrollHeight > each.clientHeight + 1)
	})
	.map((each) => each.outerHTML.slice(0, 120))`

/** What moved without anybody having pressed anything. */
const WATCH_SHIFTS = `
	shifts = []
	new PerformanceObserver((list) => {
		for (const { hadRecentInput, sources } of list.getEntries())
			if (!hadRecentInput) shifts.push(sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.data).join())
	}).observe({ type: 'layout-shift', buffered: true })`

/** Small screens, and hands that use no mouse. */
export function screenWalks({ arrive, enter }: Stage): void {
	test('sees all of every page on a narrow bright screen', async () => {
		const { page, complaints } = await enter('warden', { width: 320, colorScheme: 'light' })
		await expectAllInView(page)
		const id = await startRun(page)
		await expectAllInView(page)
		await page.getByRole('button', { name: 'Share' }).click()
		await page.getByRole('dialog').getByRole('button', { name: 'Make a link' }).click()
		await page.getByLabel('Link to watch').waitFor()
		await expectNoFaults(page)
		await page.getByRole('button', { name: 'Close' }).click()
		await page.getByRole('button', { name: 'Abandon' }).click()
		await page.getByRole('alertdialog').waitFor()
		await expectNoFaults(page)
		await page.getByRole('button', { name: 'Abandon run' }).click()
		await page.getByText('Abandoned', { exact: true }).waitFor()
		await expectAllInView(page)
		await page.emulateMedia({ colorScheme: 'light' })
		for (const path of [
			'/training',
			`/watch/${id}`,
			'/settings',
			'/settings?tab=overlay',
			'/settings?tab=devices',
			'/settings?tab=tokens',
			'/settings?tab=data',
			'/admin',
		]) {
			await page.goto(path)
			await page.getByRole('heading', { level: 2 }).first().waitFor()
			await page.waitForTimeout(200)
			await expectAllInView(page)
			expect(await accessibilityFaults(page), path).toEqual([])
		}
		expect(complaints).toEqual([])
	})

	test('loses nothing of any page with text twice as large', async () => {
		const { page, context, complaints } = await enter('olga', { width: 1280 })
		const id = await startRun(page)
		const devtools = await context.newCDPSession(page)
		await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } })
		await page.getByRole('button', { name: 'Show full map' }).click()
		for (const path of [
			`/training/${id}`,
			'/training',
			`/watch/${id}`,
			'/settings?tab=overlay',
			'/settings?tab=data',
		]) {
			await page.goto(path)
			await page.getByRole('heading', { level: 2 }).first().waitFor()
			await page.waitForTimeout(300)
			await expectAllInView(page)
			expect(await page.evaluate<string[]>(CUT_OFF), path).toEqual([])
		}
		await page.goto(`/training/${id}`)
		for (const dialog of ['Share', 'Abandon']) {
			await page.getByRole('button', { name: dialog, exact: true }).click()
			await page.getByRole('heading', { name: /Share this run|Abandon this run/ }).waitFor()
			expect(await page.evaluate<string[]>(CUT_OFF), dialog).toEqual([])
			await page.keyboard.press('Escape')
		}
		expect(complaints).toEqual([])
	})

	test('sees figures and map at once on a phone, and nothing moves from the first zone to the finish', async () => {
		const { page, complaints } = await enter('petra', { width: 360, height: 740, touch: true })
		await page.addInitScript(WATCH_SHIFTS)
		await startRun(page)
		await page.reload()
		const map = page.getByRole('application')
		await map.waitFor()
		const mod = await joinGame(page)
		onTestFinished(() => mod.leave())
		await page.getByText('Live', { exact: true }).waitFor()
		let here = mod.graph.startNode
		for (let passed = 1; passed <= 10; passed++) {
			mod.status(passed * 600_000, passed * 2)
			here = mod.graph.nodes.get(here)!.next[0]!
			mod.go(here)
			await expect.poll(() => zones(page)).toBe(passed + 1)
		}
		const { name = '' } = /(?:.* - )?(?<name>.*)/.exec(mod.graph.nodes.get(here)!.displayName)?.groups ?? {}
		for (const figure of ['20', name])
			await expect.poll(() => page.locator('dl').first().textContent()).toContain(figure)
		expect(await page.evaluate<string[]>(CUT_OFF)).toEqual([])
		const { y, height } = (await map.boundingBox())!
		expect(y + Math.min(height, 200)).toBeLessThan(740)
		mod.leave()
		await page.getByText('Game disconnected').waitFor()
		const again = await joinGame(page)
		onTestFinished(() => again.leave())
		again.status(9_000_000, 104)
		again.finish(9_000_000)
		await page.getByText('Finished', { exact: true }).waitFor()
		await page.waitForTimeout(500)
		expect(await page.evaluate('shifts')).toEqual([])
		await expectNoFaults(page)
		expect(complaints).toEqual([])
	})

	test('does everything by keyboard, and always sees where the focus is', async () => {
		const { page, complaints } = await arrive()
		await tabTo(page, 'Your name')
		await page.keyboard.type('dora')
		await page.keyboard.press('Enter')
		await page.getByRole('heading', { name: 'Start a run' }).waitFor()
		await tabTo(page, 'Start a Sprint run')
		await page.keyboard.press('Enter')
		await page.getByRole('heading', { name: 'Training — Sprint' }).waitFor()

		await tabTo(page, 'Share')
		await page.keyboard.press('Enter')
		await page.getByRole('dialog').waitFor()
		await page.keyboard.press('Escape')
		await page.getByRole('dialog').waitFor({ state: 'detached' })
		await expect.poll(() => focused(page)).toBe('Share')

		await tabTo(page, 'Abandon')
		await page.keyboard.press('Enter')
		await page.getByRole('alertdialog').waitFor()
		await expect.poll(() => focused(page)).toBe('Keep playing')
		await page.keyboard.press('Tab')
		expect(await focused(page)).toBe('Abandon run')
		await page.keyboard.press('Enter')
		await page.getByText('Abandoned', { exact: true }).waitFor()

		await tabTo(page, 'Menu of dora')
		await page.keyboard.press('Enter')
		await tabTo(page, 'Settings')
		await page.keyboard.press('Enter')
		await page.getByRole('heading', { name: 'Profile' }).waitFor()
		expect(complaints).toEqual([])
	})

	async function tabTo(page: Page, name: string): Promise<void> {
		const passed: string[] = []
		for (let step = 0; step < 80; step++) {
			await page.keyboard.press('Tab')
			const now = await focused(page)
			if (now === name) return expect(await isFocusShown(page), `${name} has focus`).toBe(true)
			passed.push(now)
		}
		throw new Error(`Tab does not lead to ${name}, only to ${passed.join(', ')}`)
	}

	/** The name of what has the focus, as a screen reader says it. */
	async function focused(page: Page): Promise<string> {
		const here = page.locator(':focus')
		if ((await here.count()) === 0) return ''
		return /"(.*)"/.exec(await here.ariaSnapshot())?.[1] ?? ''
	}

	function isFocusShown(page: Page): Promise<boolean> {
		return page.evaluate<boolean>(`getComputedStyle(document.activeElement).outlineStyle !== 'none'`)
	}
}
