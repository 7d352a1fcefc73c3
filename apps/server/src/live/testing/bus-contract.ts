import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Bus } from '../bus.ts'

/** What carries the messages, real or not: how to reach it, to take it away and to bring it back. */
export type BusWorld = {
	open(): Promise<Bus>
	goAway(): Promise<void>
	comeBack(): Promise<void>
	close(): Promise<void>
}

/** What every bus does. */
export function busContract(makeWorld: () => Promise<BusWorld>): void {
	let world: BusWorld
	let here: Bus
	let there: Bus

	beforeEach(async () => {
		world = await makeWorld()
		here = await world.open()
		there = await world.open()
	})
	afterEach(async () => {
		await Promise.all([here.close(), there.close()])
		await world.close()
	})

	async function heardBy(bus: Bus, topic: string): Promise<string[]> {
		const heard: string[] = []
		await bus.subscribe(topic, (message) => heard.push(message))
		return heard
	}

	it('carries a message to whoever subscribed to its topic, and to nobody else', async () => {
		const third = await world.open()
		const [two, three, other] = [
			await heardBy(there, 'news'),
			await heardBy(third, 'news'),
			await heardBy(there, 'weather'),
		]
		here.publish('news', 'hello world')
		await expect.poll(() => [two, three]).toEqual([['hello world'], ['hello world']])
		expect(other).toEqual([])
		await third.close()
	})

	it('never lets a server hear itself', async () => {
		const [own, theirs] = [await heardBy(here, 'news'), await heardBy(there, 'news')]
		here.publish('news', 'mine')
		await expect.poll(() => theirs).toEqual(['mine'])
		there.publish('news', 'answer')
		await expect.poll(() => own).toEqual(['answer'])
	})

	it('keeps the order of one sender, and equal messages apart', async () => {
		const heard = await heardBy(there, 'news')
		const sent = Array.from({ length: 2_000 }, (_, number) => (number % 3 === 0 ? 'same' : String(number)))
		for (const message of sent) here.publish('news', message)
		await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(sent.length)
		expect(heard).toEqual(sent)
	})

	it('carries long messages of any script whole, between short ones', async () => {
		const heard = await heardBy(there, 'news')
		const sent = ['before', 'Straße 城 🔥\n'.repeat(5_000), 'x'.repeat(2_599) + '🔥🔥', '', 'after']
		for (const message of sent) here.publish('news', message)
		await expect.poll(() => heard.length).toBe(sent.length)
		expect(heard).toEqual(sent)
	})

	it('drops what is published while it is away, says so, and tells of the gap when it is back', async () => {
		const heard = await heardBy(there, 'news')
		let gaps = 0
		there.onGap(() => gaps++)
		expect(there.isUp()).toBe(true)
		await world.goAway()
		await expect.poll(() => [here.isUp(), there.isUp()], { timeout: 10_000 }).toEqual([false, false])
		here.publish('news', 'lost')
		const late = heardBy(there, 'late')
		await world.comeBack()
		await expect.poll(() => here.isUp() && there.isUp() && gaps > 0, { timeout: 20_000 }).toBe(true)
		here.publish('news', 'back')
		here.publish('late', 'also')
		await expect.poll(() => heard).toEqual(['back'])
		await expect.poll(async () => await late).toEqual(['also'])
	})

	it('ends while it is away', async () => {
		await world.goAway()
		const bus = await world.open()
		const subscribed = bus.subscribe('news', () => {})
		await bus.close()
		await subscribed
		expect(bus.isUp()).toBe(false)
		await world.comeBack()
	})
}
