import type { CDPSession, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startRun } from '../stage.ts'
import type { Stage } from '../stage.ts'

type Point = { x: number; y: number }

/** Hands on the map of a phone. */
export function fingerWalks({ enter }: Stage): void {
	test('moves the map of a phone by one finger and by two, and opens a zone by a tap', async () => {
		const { page, context, complaints } = await enter('finn', { width: 390, touch: true })
		await startRun(page)
		await page.emulateMedia({ reducedMotion: 'no-preference' })
		await page.getByRole('button', { name: 'Show full map' }).click()
		const map = page.getByRole('application')
		await map.scrollIntoViewIfNeeded()
		const frame = (await map.boundingBox())!
		const middle = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 }
		const hand = await context.newCDPSession(page)

		const before = await drawing(page)
		await move(hand, [at(middle, -30), at(middle, 30)], [at(middle, -90), at(middle, 90)])
		await expect.poll(async () => (await drawing(page)).width).toBeGreaterThan(before.width * 1.6)
		const near = await drawing(page)

		// A flick: it rolls on after the finger has left, and comes to rest.
		await move(hand, [at(middle, 120)], [at(middle, -20)])
		const left = (await drawing(page)).left
		expect(left).toBeLessThan(near.left - 100)
		await expect.poll(async () => (await drawing(page)).left).toBeLessThan(left - 5)
		await expect.poll(() => rests(page), { timeout: 5_000 }).toBe(true)

		await move(hand, [at(middle, -90), at(middle, 90)], [at(middle, -30), at(middle, 30)])
		await expect.poll(async () => (await drawing(page)).width).toBeLessThan(near.width / 1.6)

		await page.getByRole('button', { name: 'Back to the usual view' }).click()
		await expect.poll(() => rests(page), { timeout: 5_000 }).toBe(true)
		await map.locator('[data-node]').first().tap()
		await page.getByRole('button', { name: 'Close the details' }).waitFor()
		expect(new URL(page.url()).searchParams.get('node')).not.toBeNull()
		expect(complaints).toEqual([])
	})

	const at = ({ x, y }: Point, aside: number): Point => ({ x: x + aside, y })

	/** Fingers go from some points to others, quickly, and leave. */
	async function move(hand: CDPSession, from: Point[], to: Point[]): Promise<void> {
		await hand.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: from })
		for (const share of [0.2, 0.4, 0.6, 0.8, 1]) {
			const touchPoints = from.map(({ x, y }, i) => ({ x: x + (to[i]!.x - x) * share, y }))
			await hand.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints })
		}
		await hand.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
	}

	/** As it is seen at this moment. */
	function drawing(page: Page): Promise<{ left: number; width: number }> {
		return page
			.getByRole('application')
			.locator('svg')
			.first()
			.evaluate((svg) => {
				const { left, width } = svg.getBoundingClientRect()
				return { left, width }
			})
	}

	async function rests(page: Page): Promise<boolean> {
		const { left } = await drawing(page)
		await page.waitForTimeout(120)
		return (await drawing(page)).left === left
	}
}
