import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simulateRun } from '../apps/companion/src/simulate.ts'
import * as begunRuns from './begun-run.ts'
import { playedVisits, visitsOf } from './begun-run.ts'
import { signIn } from './player.ts'
import type { Player } from './player.ts'
import { PlainMod } from './plain-mod.ts'
import { ServerProcess } from './server.ts'

const RUNS = 6
const KILLS = 3
/** A run of the shortest demo pool then takes about as long as the kills. */
const SPEED = 400

describe('a server that is killed in mid-run', () => {
	let server: ServerProcess
	let folder: string
	let player: Player
	let disturbing: Promise<void> = Promise.resolve()

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'speedfog-kill-'))
		server = await ServerProcess.start({ RATE_LIMIT_FACTOR: '1000' })
		player = await signIn(server.url, 'survivor')
	})

	afterAll(async () => {
		// A test that failed has not waited for it: a server started after this would outlive the tests.
		await disturbing.catch(() => {})
		await server.remove()
		await rm(folder, { recursive: true, force: true })
	})

	const begin = () => begunRuns.begin(player, { pool: 'training_sprint', folder })

	/** Kills the process and its database at moments nobody knows, and once stops it as Ctrl-C would. */
	async function disturb(): Promise<void> {
		for (let kill = 0; kill < KILLS; kill++) {
			await sleep(500 + Math.random() * 1_500)
			if (kill === 1) expect(await server.stop()).toBe(0)
			else await server.kill()
			await server.start()
		}
	}

	it('[P22] loses no flag it answered, doubles none and keeps their order', async () => {
		const mods = await Promise.all(
			Array.from({ length: RUNS }, async (_, index) => {
				const { session, config } = await begin()
				return new PlainMod(config, session, { sendsAgain: index % 2 === 0 })
			}),
		)
		disturbing = disturb()
		await Promise.all([disturbing, ...mods.map((mod) => mod.play())])
		for (const mod of mods) {
			const detail = await player.detail(mod.sessionId)
			const { progress_nodes, death_count } = detail
			expect(visitsOf(detail), mod.sessionId).toEqual(mod.told)
			expect(progress_nodes?.map(({ node_id }) => node_id)).toEqual(mod.told.map(({ node_id }) => node_id))
			expect(death_count).toBe(mod.told.reduce((sum, { deaths }) => sum + deaths, 0))
		}
	}, 120_000)

	it('[P40] has the whole run of a companion, whatever happened to the server', async () => {
		const begun = await Promise.all(Array.from({ length: RUNS }, begin))
		disturbing = disturb()
		const runs = await Promise.all(
			begun.map(async ({ session, config, graphJson }, seed) => {
				return { session, ...(await simulateRun({ config, graphJson, seed, speed: SPEED })) }
			}),
		)
		await disturbing
		for (const { session, route } of runs) {
			const detail = await player.detail(session.id)
			expect(visitsOf(detail), session.id).toEqual(playedVisits(route))
			expect(detail).toMatchObject({
				status: 'finished',
				igt_ms: route.finishIgtMs,
				death_count: route.deaths,
			})
		}
	}, 180_000)
})
