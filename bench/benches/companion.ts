import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStandIns } from '../../apps/companion/src/game/testing/stand-in/stand-in.ts'
import { cpuSeconds, rssBytes } from '../machine/processes.ts'
import type { Database } from '../product/database.ts'
import * as madeSeed from '../product/made-seed.ts'
import * as products from '../product/product.ts'
import * as sessions from '../product/sessions.ts'
import type { Row } from '../report.ts'
import { searchCode } from '../runs/code-search.ts'
import type { Bench, Stage } from '../stage.ts'

const MOST = { share: 0.02, mib: 40, searchMs: 1_000, stepMs: 20 }
const MIB = 1024 * 1024
const DIST = join(import.meta.dirname, '../../apps/companion/dist')
const BUILT = join(DIST, 'companion.js')
const PROGRAM = join(DIST, 'programs/speedfog-companion')
const IDLE = 'setInterval(() => {}, 1_000)'
/** About 150 flags. */
const LAYERS: number[] = Array.from({ length: 24 }, () => 3)
const CONNECTS_WITHIN_MS = 30_000
const SETTLES_MS = 8_000
/** The game shows another time in each of its frames. */
const FRAME_MS = 1_000 / 30

const options = { seconds: 60 }

export const bench: Bench<typeof options> = {
	about: 'The companion beside a game that is played, against a Node that does nothing',
	options,
	async run(stage, { seconds }) {
		const search = await searchCode(stage)
		const { server, database } = await products.start(stage)
		const { id: seedId, gates, finishFlag, watched } = await madeSeed.make(database, LAYERS)
		const programs = programsOf(stage)
		const runs = await sessions.make(database, programs.length, [seedId])
		const stopPlaying = await playGame(stage, [...gates, finishFlag])
		const began = programs.map(({ command, args }, index) => {
			const config = writeConfig(stage, { url: server.url, seedId, ...runs[index]! })
			return stage.spawn(command, [...args, '--config', config, '--port', '0'])
		})
		const idle = stage.spawn(process.execPath, ['-e', IDLE])
		await Promise.all(runs.map(({ id }) => connected(database, id)))
		await sleep(SETTLES_MS)

		const all = [...began, idle].map(({ pid }) => pid!)
		const before = all.map(cpuSeconds)
		await sleep(seconds * 1_000)
		const shares = all.map((pid, index) => (cpuSeconds(pid) - before[index]!) / seconds)
		const memory = all.map((pid) => rssBytes(pid) / MIB)
		stopPlaying()
		stage.say(`${watched} flags watched ten times a second for ${seconds} s`)
		runs.forEach(({ id }, index) => stage.say(`${programs[index]!.name}: ${lookOf(stage, id)}`))
		const costs = programs.flatMap(({ name }, index): Row[] => [
			{
				what: `${name}: share of a core`,
				unit: '%',
				ours: shares[index]! * 100,
				reference: shares.at(-1)! * 100,
				must: `< ${MOST.share * 100} %`,
				holds: shares[index]! < MOST.share,
			},
			{
				what: `${name}: memory`,
				unit: 'MiB',
				ours: memory[index]!,
				reference: memory.at(-1)!,
				must: `< ${MOST.mib} MiB more`,
				holds: memory[index]! - memory.at(-1)! < MOST.mib,
			},
		])
		return [
			...costs,
			{
				what: 'first signatures over 96 MiB of code',
				unit: 'ms',
				ours: search.wholeMs,
				must: `< ${MOST.searchMs} ms`,
				holds: search.wholeMs < MOST.searchMs,
			},
			{
				what: 'the longest step of it',
				unit: 'ms',
				ours: search.longestStepMs,
				must: `≤ ${MOST.stepMs} ms`,
				holds: search.longestStepMs <= MOST.stepMs,
			},
		]
	},
}

type Program = { name: string; command: string; args: string[] }

/** The companion on the Node of this machine, and the one that players download, where it was built. */
function programsOf({ folder }: Stage): Program[] {
	const programs = [{ name: 'on Node', command: process.execPath, args: [BUILT] }]
	if (!existsSync(PROGRAM)) return programs
	// As it lies on a player's disk: what was changed in its place is held in memory in larger pieces.
	const command = join(folder, 'speedfog-companion')
	copyFileSync(PROGRAM, command)
	return [...programs, { name: 'in one file', command, args: [] }]
}

/** A process with the game's name and memory, whose clock runs. */
async function playGame(stage: Stage, flags: readonly number[]): Promise<() => void> {
	const standIns = await openStandIns()
	stage.onEnd(() => standIns.close())
	const groups = new Set(flags.map((flag) => Math.floor(flag / 1_000)))
	const game = await standIns.start('2.6.2', [...groups])
	const player = { mapId: 0x0a00_0000, position: [1, 2, 3] } as const
	await game.show({ managers: true, screen: 'in_game', character: { name: 'Ada' }, igtMs: 1_000, player })
	const startedMs = performance.now()
	const showTime = () => game.show({ igtMs: 1_000 + Math.round(performance.now() - startedMs) })
	const timer = setInterval(() => void showTime(), FRAME_MS)
	stage.onEnd(() => clearInterval(timer))
	return () => clearInterval(timer)
}

type Run = { url: string; seedId: string; id: string; modToken: string }

function writeConfig({ folder }: Stage, { url, seedId, id, modToken }: Run): string {
	const own = join(folder, id)
	mkdirSync(own)
	const file = join(own, 'speedfog_race.toml')
	const fields = { url, mod_token: modToken, race_id: id, seed_id: seedId }
	const lines = Object.entries(fields).map(([name, value]) => `${name} = "${value}"`)
	writeFileSync(file, `[server]\n${lines.join('\n')}\ntraining = true\n`)
	return file
}

/** What the companion itself says in its log that a look at the game takes. */
function lookOf({ folder }: Stage, id: string): string {
	const log = readFileSync(join(folder, id, 'speedfog-companion.log'), 'utf8')
	const [look] = /A look at the game takes .*/.exec(log) ?? []
	if (look === undefined) throw new Error(`The companion did not look at the game:\n${log}`)
	return look
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
