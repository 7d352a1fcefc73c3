import { setTimeout as sleep } from 'node:timers/promises'
import { isInstalled, startRedis } from '../../apps/server/src/live/testing/redis-server.ts'
import type { PlainMod } from '../../e2e/plain-mod.ts'
import type { ServerProcess } from '../../e2e/server.ts'
import * as balancers from '../product/balancer.ts'
import * as databases from '../product/database.ts'
import * as products from '../product/product.ts'
import type { Row } from '../report.ts'
import { Account } from '../runs/account.ts'
import { isLetIn } from '../runs/intruder.ts'
import { play } from '../runs/played-runs.ts'
import { Watcher } from '../runs/watcher.ts'
import type { Bench, Stage } from '../stage.ts'

const CALM_MS = 4_000
const SEEN_WITHIN_MS = 15_000

const options = { runs: 30, kills: 10 }

export const bench: Bench<typeof options> = {
	about: 'Two servers on one database: the one with the mods is killed, again and again',
	options,
	async run(stage, { runs, kills }) {
		const rows = await measure(stage, 'NOTIFY', { runs, kills })
		if (!isInstalled()) {
			stage.say('There is no redis-server here: not measured with Redis')
			return rows
		}
		const redis = await startRedis()
		stage.onEnd(() => redis.stop())
		return [...rows, ...(await measure(stage, 'Redis', { runs, kills, redisUrl: redis.url }))]
	},
}

type Shape = { runs: number; kills: number; redisUrl?: string }

async function measure(stage: Stage, bus: string, { runs, kills, redisUrl }: Shape): Promise<Row[]> {
	const database = await databases.start(stage)
	const balancer = await balancers.open(stage)
	const env = {
		PUBLIC_URL: `http://localhost:${balancer.port}`,
		...(redisUrl ? { REDIS_URL: redisUrl } : {}),
	}
	const servers = [
		await products.startServer(stage, database, env),
		await products.startServer(stage, database, env),
	] as const
	const account = new Account()
	const audience = new Audience(servers)
	let left = kills

	async function disturb(): Promise<void> {
		for (; left > 0; left--) {
			const [holder, other] = left % 2 === 0 ? servers : [servers[1], servers[0]]
			balancer.leadTo(portOf(holder))
			await sleep(CALM_MS)
			await audience.tryIntruders(other)
			balancer.leadTo(portOf(other))
			await holder.kill()
			await sleep(CALM_MS / 2)
			await holder.start()
		}
	}

	balancer.leadTo(portOf(servers[0]))
	await Promise.all([
		disturb(),
		play({
			url: env.PUBLIC_URL,
			folder: stage.folder,
			account,
			runs,
			isOver: () => left === 0,
			answerWithinMs: 30_000,
			onMod: (mod, player) => audience.watch(mod, player.token),
			ended: (mod) => audience.check(mod),
		}),
	])
	await Promise.all(servers.map((server) => server.stop()))
	await database.stop()
	const { lost, doubled, outOfOrder, gates } = account
	stage.say(
		`${bus}: ${kills} kills during ${account.runs} runs with ${gates} gates: ${lost} lost, ${doubled} doubled, ${outOfOrder} out of order; ${audience.intruders} second mods tried`,
	)
	return [
		...account.rows(bus),
		{
			what: `${bus}: spectators that missed something`,
			unit: '',
			ours: audience.missed,
			must: '0',
			holds: audience.missed === 0,
		},
		{
			what: `${bus}: second mods let in`,
			unit: '',
			ours: audience.letIn,
			must: '0',
			holds: audience.letIn === 0,
		},
	]
}

/** One spectator on each server for every mod, and those who try to play in its place. */
class Audience {
	missed = 0
	intruders = 0
	letIn = 0
	readonly #servers: readonly ServerProcess[]
	readonly #watched = new Map<PlainMod, Watcher[]>()

	constructor(servers: readonly ServerProcess[]) {
		this.#servers = servers
	}

	watch(mod: PlainMod, token: string): void {
		const { sessionId } = mod
		this.#watched.set(
			mod,
			this.#servers.map(({ url }) => new Watcher(url, { sessionId, token })),
		)
	}

	async check(mod: PlainMod): Promise<void> {
		const watchers = this.#watched.get(mod) ?? []
		const saw = await Promise.all(watchers.map((watcher) => watcher.sawAll(mod.told, SEEN_WITHIN_MS)))
		this.missed += saw.filter((all) => !all).length
		for (const watcher of watchers) watcher.leave()
		this.#watched.delete(mod)
	}

	/** While nobody is killed every mod that is there keeps its session. */
	async tryIntruders(server: ServerProcess): Promise<void> {
		const there = [...this.#watched.keys()].filter(({ isConnected }) => isConnected)
		const outcomes = await Promise.all(
			there.map(async (mod) => (await isLetIn(server.url, mod)) && mod.isConnected),
		)
		this.intruders += there.length
		this.letIn += outcomes.filter(Boolean).length
	}
}

function portOf({ url }: ServerProcess): number {
	return Number(new URL(url).port)
}
