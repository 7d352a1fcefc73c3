import { readGraph } from '@speedfog/core/graph/read-graph'
import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readPack } from '../apps/companion/src/pack.ts'
import * as boards from './boards.ts'
import { signIn } from './player.ts'
import type { Player } from './player.ts'
import { ServerProcess } from './server.ts'
import { openToldGames } from './told-game.ts'
import type { ToldGame } from './told-game.ts'
import * as wineGame from './wine-game/wine-game.ts'
import type { WineGame } from './wine-game/wine-game.ts'
import * as wine from './wine.ts'

const PROGRAMS = join(import.meta.dirname, '../apps/companion/dist/programs')
const REAL_SEEDS = join(import.meta.dirname, '../../shared/seeds')
const TITLE = ['s 0x100', 'p -', 'n -', 'i 0', 'd 0']
/** A busy machine is no reason to fail. */
const PATIENCE_MS = 60_000
const LIMIT_MS = 240_000
/** Of its memory, at each look: under Wine each takes a tenth of a millisecond. */
const MOST_READS = 16

let folder: string
let server: ServerProcess
let player: Player

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'speedfog-game-'))
	server = await ServerProcess.start(existsSync(REAL_SEEDS) ? { SEEDS_POOL_DIR: REAL_SEEDS } : {})
	player = await signIn(server.url, 'Ada')
})
afterAll(async () => {
	await server?.remove()
	rmSync(folder, { recursive: true, force: true })
})

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('a game in a process of Linux', () => {
	it(
		'is tracked from its memory to the end of the run',
		async () => {
			const games = await openToldGames()
			onTestFinished(() => games.close())
			await playThrough({
				startGame: (groups) => games.start(groups),
				startCompanion: (args) =>
					spawn(join(PROGRAMS, 'speedfog-companion'), args, { stdio: ['ignore', 'ignore', 'inherit'] }),
			})
		},
		LIMIT_MS,
	)
})

describe.runIf(wine.has(...wineGame.needs))(
	'a game under Wine (apt-get install wine64 gcc-mingw-w64-x86-64-posix xvfb)',
	() => {
		beforeAll(() => wine.openWine())
		afterAll(() => wine.closeWine())

		it(
			'is tracked to the end by the companion for Windows, and looks the same from Linux',
			async () => {
				const program = wineGame.build(folder)
				const exe = join(PROGRAMS, 'speedfog-companion.exe')
				let game: WineGame
				await playThrough({
					startGame: async (groups) => (game = await wineGame.start(program, groups)),
					startCompanion: (args) =>
						wine.start(
							exe,
							args.map((argument) => argument.replace(/^\//, 'Z:/')),
							join(folder, 'said'),
						),
					async inTheWorld() {
						await compareReaders()
						await lookAtWindow(game)
					},
				})
			},
			LIMIT_MS,
		)
	},
)

const LOG = 'speedfog-companion.log'
const LOOK = /A look at the game takes (\d+) reads.*/
const OVERLAY = /http:\/\/127\.0\.0\.1:\d+\/overlay/

type Play = {
	startGame(groups: readonly number[]): Promise<ToldGame>
	startCompanion(args: string[]): ChildProcess
	/** Called once. */
	inTheWorld?(): Promise<void>
}

/** A whole run in a game that is only memory: gates, a death, a crash in the middle. */
async function playThrough({ startGame, startCompanion, inTheWorld }: Play) {
	const run = await player.start('training_sprint')
	const pack = join(folder, `${run.id}.zip`)
	writeFileSync(pack, await player.pack(run.id))
	const graph = await graphOf(pack)
	const groups = [...new Set(graph.eventIds.map((flag) => Math.floor(flag / 1_000)))].sort((a, b) => a - b)
	const own = join(folder, run.id)
	const companion = startCompanion(['--pack', pack, '--outbox', own, '--port', '0'])
	onTestFinished(() => void companion.kill('SIGKILL'))
	const ended = once(companion, 'exit')
	const readOwn = (name: string) => readFileSync(join(own, name), 'utf8')
	const patient = { timeout: PATIENCE_MS, interval: 50 }
	const log = () => (existsSync(join(own, LOG)) ? readOwn(LOG) : '')
	await expect.poll(log, patient).toMatch(OVERLAY)
	const board = await boards.follow(OVERLAY.exec(log())![0])
	/** Until the companion has seen it: what it did not see, it cannot tell. */
	const sees = (what: Partial<boards.Shown>) => expect.poll(() => board.latest(), patient).toMatchObject(what)
	const keeps = (flag: number) =>
		expect.poll(() => readOwn(`speedfog-outbox-${run.id}.jsonl`), patient).toContain(`"flag_id":${flag},`)
	const reaches = async (zone: string) => {
		const isThere = async () => (await player.detail(run.id)).current_zone === zone
		await expect.poll(isThere, { ...patient, interval: 100 }).toBe(true)
	}

	let game: ToldGame
	let igtMs = 3_000
	let deaths = 0
	const begin = async () => {
		game = await startGame(groups)
		await game.show('m 1', ...TITLE)
	}
	onTestFinished(() => game?.kill())
	const load = async (...lines: string[]) => {
		await game.show('s 1', 'p -', ...lines)
		await sees({ ticking: false })
		await game.show('n Ada', `i ${igtMs}`, `d ${deaths}`, 'p 0a000000 1 2 3.5', 's 0')
		await sees({ ticking: true, igtMs })
	}
	await begin()
	await load()
	await reaches(graph.startNode)

	const visits = [{ node_id: graph.startNode, flag_id: null as number | null, igt_ms: 0, deaths: 0 }]
	for (const [step, { node, flag }] of wayThrough(graph).entries()) {
		igtMs += 2_000
		if (step === 1) {
			deaths++
			visits.at(-1)!.deaths++
			await game!.show(`d ${deaths}`)
			await sees({ deaths })
		}
		visits.push({ node_id: node, flag_id: flag, igt_ms: igtMs, deaths: 0 })
		await game!.show(`i ${igtMs}`)
		// A real clock does not jump: time and flags are read one after the other.
		await sees({ igtMs })
		await game!.show(`f ${flag} 1`)
		await keeps(flag)
		await load(...(isTemporary(flag) ? [`f ${flag} 0`] : []))
		await reaches(node)
		if (step === 0) await inTheWorld?.()
		if (step === 2) {
			await game!.kill()
			await begin()
			const kept = visits.flatMap(({ flag_id }) => (flag_id === null || isTemporary(flag_id) ? [] : flag_id))
			await load(...kept.map((flag) => `f ${flag} 1`))
		}
	}
	await expect.poll(log, patient).toMatch(LOOK)
	igtMs += 2_000
	await game!.show(`i ${igtMs}`)
	await sees({ igtMs })
	await game!.show(`f ${graph.finishFlag} 1`)
	expect(await ended).toEqual([0, null])
	board.close()
	const [look, reads] = LOOK.exec(log())!
	process.stdout.write(`${basename(companion.spawnfile)}: ${look}\n`)
	expect(Number(reads)).toBeLessThanOrEqual(MOST_READS)

	const detail = await player.detail(run.id)
	expect(detail).toMatchObject({ status: 'finished', igt_ms: igtMs, death_count: deaths })
	const stored = detail.visits.map(({ node_id, flag_id, igt_ms, deaths }) => ({
		node_id,
		flag_id,
		igt_ms,
		deaths,
	}))
	expect(stored).toEqual(visits)
}

/** Everything that is found and shown, but for the number of the process and the path of its file. */
async function compareReaders() {
	const output = join(folder, 'diagnosis')
	expect(await wine.run(join(PROGRAMS, 'speedfog-companion.exe'), ['--diagnose'], output)).toBe(0)
	const windows = readFileSync(output, 'utf8')
	const linux = execFileSync(join(PROGRAMS, 'speedfog-companion'), ['--diagnose'], { encoding: 'utf8' })
	expect(windows).toContain('All is as it should be')
	expect(linux.split('\n').slice(2)).toEqual(windows.split('\n').slice(2))
}

/** Above all others, seen through, clicked through, never active, and without a button in the task bar. */
const STYLES = 0x8 | 0x20 | 0x80 | 0x8_0000 | 0x800_0000

async function lookAtWindow(game: WineGame) {
	const look = () => game.window('SpeedFog Training')
	const { isSeen, styles, place } = await look()
	expect({ isSeen, styles, left: place.left, top: place.top }).toEqual({
		isSeen: true,
		styles: STYLES,
		left: 20,
		top: 20,
	})
	expect(place.right - place.left).toBeGreaterThan(300)
	expect(place.bottom - place.top).toBeGreaterThan(100)
	for (const isSeen of [false, true]) {
		await game.pressF9()
		await expect.poll(async () => (await look()).isSeen, { timeout: PATIENCE_MS }).toBe(isSeen)
	}
}

/** Flags that the game clears at the next loading screen; others are in the save. */
function isTemporary(flag: number): boolean {
	return Math.floor(flag / 1_000) % 10 === 2
}

/** A short way from the start to the last node, with a flag for each node on it. */
function wayThrough(graph: SeedGraph): { node: string; flag: number }[] {
	const layerOf = (node: string) => graph.nodes.get(node)!.layer
	const way: { node: string; flag: number }[] = []
	for (let here = graph.startNode; here !== graph.finalNode;) {
		const next = [...graph.nodes.get(here)!.next].sort((a, b) => layerOf(b) - layerOf(a))
		here = next[0]!
		const [flag] = [...graph.nodeOfFlag].find(([flag, node]) => node === here && flag !== graph.finishFlag)!
		way.push({ node: here, flag })
	}
	return way
}

async function graphOf(pack: string): Promise<SeedGraph> {
	const read = await readPack(pack)
	if (!read.ok || read.pack.graphJson === null) throw new Error(`${pack} holds no graph`)
	const graph = readGraph(JSON.parse(read.pack.graphJson))
	if (!graph.ok) throw new Error(graph.reasons.join('; '))
	return graph.graph
}
