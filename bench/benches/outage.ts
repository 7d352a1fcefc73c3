import { setTimeout as sleep } from 'node:timers/promises'
import * as databases from '../product/database.ts'
import * as products from '../product/product.ts'
import { Account } from '../runs/account.ts'
import { play } from '../runs/played-runs.ts'
import type { Bench } from '../stage.ts'

const BEFORE_MS = 4_000
const AFTER_MS = 5_000
/** REST is to say quickly that it cannot. */
const MOST_ANSWER_MS = 1_000

const options = { runs: 50, seconds: 30 }

export const bench: Bench<typeof options> = {
	about: 'PostgreSQL stopped in the middle of many runs: nobody is disconnected, nothing is lost',
	options,
	async run(stage, { runs, seconds }) {
		const { server, database } = await products.start(stage)
		const account = new Account()
		let isOver = false
		let reconnections = 0
		const playing = play({
			url: server.url,
			folder: stage.folder,
			account,
			runs,
			isOver: () => isOver,
			answerWithinMs: (seconds + 30) * 1_000,
			ended: ({ connections }) => (reconnections += connections - 1),
		})
		playing.catch(() => {})
		await sleep(BEFORE_MS)
		await database.stop()
		const asked = await ask(server.url, seconds)
		await databases.start(stage)
		await sleep(AFTER_MS)
		isOver = true
		await playing
		await server.stop()
		const { lost, doubled, outOfOrder, gates } = account
		stage.say(
			`${seconds} s without a database during ${account.runs} runs with ${gates} gates: ${lost} lost, ${doubled} doubled, ${outOfOrder} out of order`,
		)
		return [
			...account.rows('outage'),
			{ what: 'connections lost', unit: '', ours: reconnections, must: '0', holds: reconnections === 0 },
			{
				what: `REST answers that were no 503 with Retry-After, of ${asked.count}`,
				unit: '',
				ours: asked.others,
				must: '0',
				holds: asked.others === 0,
			},
			{
				what: 'slowest 503',
				unit: 'ms',
				ours: asked.slowestMs,
				must: `≤ ${MOST_ANSWER_MS} ms`,
				holds: asked.slowestMs <= MOST_ANSWER_MS,
			},
		]
	},
}

/** Asks each second while the database is away. */
async function ask(
	url: string,
	seconds: number,
): Promise<{ count: number; others: number; slowestMs: number }> {
	const found = { count: 0, others: 0, slowestMs: 0 }
	for (const untilMs = performance.now() + seconds * 1_000; performance.now() < untilMs; await sleep(1_000)) {
		const startedMs = performance.now()
		const answer = await fetch(`${url}/api/pools`)
		await answer.arrayBuffer()
		found.count++
		if (answer.status !== 503 || !answer.headers.has('retry-after')) found.others++
		found.slowestMs = Math.max(found.slowestMs, performance.now() - startedMs)
	}
	return found
}
