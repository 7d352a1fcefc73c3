import { setTimeout as sleep } from 'node:timers/promises'
import { ServerProcess } from '../../e2e/server.ts'
import * as products from '../product/product.ts'
import type { Row } from '../report.ts'
import { Account } from '../runs/account.ts'
import { play } from '../runs/played-runs.ts'
import type { Bench, Stage } from '../stage.ts'

/** From one kill to the next, at moments nobody knows. */
const PAUSE_MS = { least: 300, most: 2_500 }

const options = { runs: 50, kills: 20 }

export const bench: Bench<typeof options> = {
	about: 'SIGKILL in the middle of many runs: what was answered is there, once and in order',
	options,
	async run(stage, { runs, kills }) {
		const { server } = await products.start(stage)
		const alone = await killed(stage, server, { runs, kills })
		await server.stop()
		const whole = await ServerProcess.start({ LOG_LEVEL: 'warn', RATE_LIMIT_FACTOR: '1000', ...pools(stage) })
		stage.onEnd(() => whole.remove())
		const together = await killed(stage, whole, { runs, kills })
		return [...alone.rows('server'), ...together.rows('server and database')] satisfies Row[]
	},
}

async function killed(
	stage: Stage,
	server: ServerProcess,
	{ runs, kills }: { runs: number; kills: number },
): Promise<Account> {
	const account = new Account()
	let left = kills
	async function disturb(): Promise<void> {
		for (; left > 0; left--) {
			await sleep(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least))
			await server.kill()
			await server.start()
		}
	}
	const playing = play({ url: server.url, folder: stage.folder, account, runs, isOver: () => left === 0 })
	await Promise.all([disturb(), playing])
	const { lost, doubled, outOfOrder, gates } = account
	stage.say(
		`${kills} kills during ${account.runs} runs with ${gates} gates: ${lost} lost, ${doubled} doubled, ${outOfOrder} out of order`,
	)
	return account
}

function pools({ pools }: Stage): NodeJS.ProcessEnv {
	return pools === undefined ? {} : { SEEDS_POOL_DIR: pools }
}
