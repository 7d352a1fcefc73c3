import { setTimeout as sleep } from 'node:timers/promises'
import { simulateRun } from '../../apps/companion/src/simulate.ts'
import * as begunRuns from '../../e2e/begun-run.ts'
import { playedVisits } from '../../e2e/begun-run.ts'
import type { BegunRun } from '../../e2e/begun-run.ts'
import { signIn } from '../../e2e/player.ts'
import type { Player } from '../../e2e/player.ts'
import { PlainMod } from '../../e2e/plain-mod.ts'
import type { Account, Told } from './account.ts'

export type Playing = {
	/** Where REST is asked. */
	url: string
	folder: string
	account: Account
	/** How many are under way at once. */
	runs: number
	/** A new run begins where one has ended until this is true. */
	isOver: () => boolean
	answerWithinMs?: number
	/** Told of each run of a mod before it is played. */
	onMod?: (mod: PlainMod, player: Player) => void
	/** And afterwards. */
	ended?: (mod: PlainMod) => unknown
}

const POOL = 'training_sprint'
const SPEED = 200
const GATE_EVERY_MS = 200
const PATIENCE_MS = 120_000

/** Runs side by side, by turns of a mod without `ack` and of a companion, each compared in the end with what is stored. */
export async function play(playing: Playing): Promise<void> {
	await Promise.all(Array.from({ length: playing.runs }, (_, place) => playOn(playing, place)))
}

async function playOn(playing: Playing, place: number): Promise<void> {
	const { url, folder, account, isOver } = playing
	const player = await untilItWorks(() => signIn(url, `runner_${place}`))
	for (let turn = 0; turn === 0 || !isOver(); turn++) {
		const begun = await untilItWorks(() => begunRuns.begin(player, { pool: POOL, folder }))
		const told =
			place % 2 === 0
				? await playMod(playing, { begun, player, sendsAgain: place % 4 === 0 })
				: await simulate(begun, place * 1_000 + turn)
		account.compare(told, await untilItWorks(() => player.detail(begun.session.id)))
	}
}

type ModRun = { begun: BegunRun; player: Player; sendsAgain: boolean }

async function playMod(
	{ answerWithinMs = 10_000, onMod, ended }: Playing,
	{ begun, player, sendsAgain }: ModRun,
): Promise<Told> {
	const habits = { sendsAgain, answerWithinMs, gateEveryMs: GATE_EVERY_MS }
	const mod = new PlainMod(begun.config, begun.session, habits)
	onMod?.(mod, player)
	await mod.play()
	await ended?.(mod)
	return { visits: mod.told, deaths: mod.told.reduce((sum, { deaths }) => sum + deaths, 0), isFinished: true }
}

async function simulate({ config, graphJson }: BegunRun, seed: number): Promise<Told> {
	const { route } = await simulateRun({ config, graphJson, seed, speed: SPEED })
	return { visits: playedVisits(route), deaths: route.deaths, isFinished: route.finishIgtMs !== null }
}

/** While a server is down its REST side is too. */
async function untilItWorks<T>(act: () => Promise<T>): Promise<T> {
	for (const startedMs = performance.now(); ;) {
		try {
			return await act()
		} catch (error) {
			if (performance.now() - startedMs > PATIENCE_MS) throw error
			await sleep(200)
		}
	}
}
