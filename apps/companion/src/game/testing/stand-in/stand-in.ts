import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { editionOf } from '../editions.ts'
import { buildImage, IMAGE_BYTES } from '../image.ts'
import { HEAP_BYTES, type Scene } from '../world.ts'
import { buildLibrary } from './library.ts'

/** A process that looks like the game from outside. */
export type StandIn = {
	pid: number
	base: bigint
	exePath: string
	show(scene: Scene): Promise<void>
	/** At once, as a crash does. */
	kill(): Promise<void>
}

export type StandIns = {
	/** `/proc` with these processes and no others: other tests have theirs at the same time. */
	proc: string
	/** `groups`: the thousands of its flags, where others are wanted than usual. */
	start(version: string, groups?: readonly number[]): Promise<StandIn>
	close(): Promise<void>
}

/** Makes a folder for their files, and their program: a bundle starts several times faster than its sources. */
export async function openStandIns(): Promise<StandIns> {
	const folder = mkdtempSync(join(tmpdir(), 'speedfog-game-'))
	const program = join(folder, 'stand-in.mjs')
	const proc = join(folder, 'proc')
	const running = new Set<ChildProcess>()
	mkdirSync(proc)
	await build({
		entryPoints: [fileURLToPath(new URL('process.ts', import.meta.url))],
		outfile: program,
		bundle: true,
		platform: 'node',
		format: 'esm',
		logLevel: 'error',
	})

	async function end(child: ChildProcess) {
		if (!running.delete(child)) return
		const exit = once(child, 'exit')
		child.kill('SIGKILL')
		await exit
		unlinkSync(join(proc, String(child.pid)))
	}

	return {
		proc,
		async start(version, groups = []) {
			const game = join(folder, version, 'ELDEN RING', 'Game')
			const exePath = join(game, 'eldenring.exe')
			mkdirSync(game, { recursive: true })
			const { header } = buildImage({ edition: editionOf(version), base: 0n, plant: [] })
			writeFileSync(exePath, buildLibrary(header, IMAGE_BYTES + HEAP_BYTES))
			const child = fork(program, [exePath, version, ...groups.map(String)], {
				execArgv: [],
				stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
			})
			running.add(child)
			symlinkSync(`/proc/${child.pid}`, join(proc, String(child.pid)))
			const [{ base }] = (await once(child, 'message')) as [{ base: string }]
			return {
				pid: child.pid!,
				base: BigInt(base),
				exePath,
				async show(scene) {
					const shown = once(child, 'message')
					child.send(scene)
					await shown
				},
				kill: () => end(child),
			}
		},
		async close() {
			await Promise.all([...running].map(end))
			rmSync(folder, { recursive: true })
		},
	}
}
