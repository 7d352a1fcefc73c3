import { expect, it } from 'vitest'
import { onceMore } from './once-more.ts'

it('what is asked for again and again meanwhile is done once more, and one at a time', async () => {
	const finish: (() => void)[] = []
	const ask = onceMore(() => new Promise((resolve) => finish.push(resolve)))
	for (let times = 0; times < 5; times++) ask()
	expect(finish).toHaveLength(1)
	finish[0]!()
	await expect.poll(() => finish.length).toBe(2)
	finish[1]!()
	await new Promise((resolve) => setImmediate(resolve))
	expect(finish).toHaveLength(2)
	ask()
	expect(finish).toHaveLength(3)
})
