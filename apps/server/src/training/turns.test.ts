import type { GameplayEvent } from '@speedfog/core/run/run-state'
import { expect, it } from 'vitest'
import type { Mod } from './mod.ts'
import { Turns } from './turns.ts'

const [mod, other] = [{ connectionId: 'one' } as Mod, { connectionId: 'two' } as Mod]

function status(igtMs: number, deaths: number): GameplayEvent {
	return { type: 'status_update', atMs: igtMs, igtMs, deaths }
}

/** What is taken of that, when all of it waits for the same commit. */
async function takenOf(heard: readonly (readonly [GameplayEvent, Mod])[]): Promise<unknown[]> {
	const taken: unknown[] = []
	const turns = new Turns(({ event }) => taken.push(event))
	const commit = Promise.resolve()
	turns.pause(commit)
	for (const [event, from] of heard) expect(turns.hear(event, from)).toBe(true)
	expect(taken).toEqual([])
	await commit.then(() => undefined)
	expect(turns.isIdle).toBe(true)
	return taken
}

it('[P22] of the status updates that wait one after the other, the newest counts', async () => {
	const flag: GameplayEvent = { type: 'event_flag', atMs: 5, flagId: 7, igtMs: 5 }
	const heard = [status(1, 0), status(2, 1), flag, status(6, 1), status(7, 1)]
	expect(await takenOf(heard.map((event) => [event, mod]))).toEqual([status(2, 1), flag, status(7, 1)])
})

it.each([
	['the clock', status(9, 2), status(3, 2)],
	['the deaths', status(9, 2), status(10, 0)],
])('[P11] no status update is left out when %s fell after it', async (_, before, after) => {
	expect(
		await takenOf([
			[before, mod],
			[after, mod],
		]),
	).toEqual([before, after])
})

it('never lets the word of one mod stand for that of another', async () => {
	expect(
		await takenOf([
			[status(1, 0), mod],
			[status(2, 0), other],
		]),
	).toEqual([status(1, 0), status(2, 0)])
})
