import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStandIns } from '../../apps/companion/src/game/testing/stand-in/stand-in.ts'
import { cpuSeconds, rssBytes } from '../machine/processes.ts'
import type { Database } from '../product/database.ts'
import * as madeSeed from '../product/made-seed.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import type { Bench, Stage } from '../stage.ts'

const MOST = { share: 0.02, mib: 40 }
const MIB = 1024 * 1024
const BUILT = join(import.meta.dirname, '../../apps/companion/dist/companion.js')
const IDLE = 'setInterval(() => {}, 1_000)'
/** About 150 flags. */
const LAYERS: number[] = Array.from({ length: 24 }, () => 3)
const CONNECTS_WITHIN_MS = 30_000
const SETTLES_MS = 5_000

const options = { seconds: 60 }

export const bench: Bench<typeof options> = {
	about: 'The companion beside a game that is played, against a Node that does nothing',
	options,
	async run(stage, { seconds }) {
		const { server, database } = await products.start(stage)
		const { id: seedId, watched } = await madeSeed.make(database, LAYERS)
		const [session] = await sessions.make(database, 1, [seedId])
		const stopPlaying = await playGame(stage)
		const config = writeConfig(stage, { url: server.url, seedId, ...session! })
		const companion = stage.spawn(process.execPath, [BUILT, '--config', config, '--port', '0'])
		const idle = stage.spawn(process.execPath, ['-e', IDLE])
		await connected(database, session!.id)
		await sleep(SETTLES_MS)

		const before = [companion, idle].map(({ pid }) => cpuSeconds(pid!))
		await sleep(seconds * 1_000)
		const shares = [companion, idle].map(({ pid }, index) => (cpuSeconds(pid!) - before[index]!) / seconds)
		const memory = [companion, idle].map(({ pid }) => rssBytes(pid!) / MIB)
		stopPlaying()
		stage.say(`${watched} flags watched ten times a second for ${seconds} s`)
		return [
			{
				what: 'share of a core',
				unit: '%',
				ours: shares[0]! * 100,
				reference: shares[1]! * 100,
				must: `< ${MOST.share * 100} %`,
				holds: shares[0]! < MOST.share,
			},
			{
				what: 'memory',
				unit: 'MiB',
				ours: memory[0]!,
				reference: memory[1]!,
				must: `< ${MOST.mib} MiB more`,
				holds: memory[0]! - memory[1]! < MOST.mib,
			},
		]
	},
}

/** A process with the game's name and memory, in which a second passes each second. */
async function playGame(stage: Stage): Promise<() => void> {
	const standIns = await openStandIns()
	stage.onEnd(() => standIns.close())
	const game = await standIns.start('2.6.2')
	const player = { mapId: 0x0a00_0000, position: [1, 2, 3] } as const
	await game.show({ managers: true, screen: 'in_game', character: { name: 'Ada' }, igtMs: 1_000, player })
	const startedMs = performance.now()
	const timer = setInterval(() => void game.show({ igtMs: Math.round(performance.now() - startedMs) }), 1_000)
	stage.onEnd(() => clearInterval(timer))
	return () => clearInterval(timer)
}

type Run = { url: string; seedId: string; id: string; modToken: string }

function writeConfig({ folder }: Stage, { url, seedId, id, modToken }: Run): string {
	const own = join(folder, 'companion')
	mkdirSync(own)
	const file = join(own, 'speedfog_race.toml')
	const fields = { url, mod_token: modToken, race_id: id, seed_id: seedId }
	const lines = Object.entries(fields).map(([name, value]) => `${name} = "${value}"`)
	writeFileSync(file, `[server]\n${lines.join('\n')}\ntraining = true\n`)
	return file
}

async function connected({ pool }: Database, sessionId: string): Promise<void> {
	for (let waitedMs = 0; waitedMs < CONNECTS_WITHIN_MS; waitedMs += 200) {
		const { rows } = await pool.query<{ igt_ms: number }>(
			'select igt_ms from training_sessions where id = $1',
			[sessionId],
		)
		if (rows[0]!.igt_ms > 0) return
		await sleep(200)
	}
	throw new Error('The companion reported nothing')
}
