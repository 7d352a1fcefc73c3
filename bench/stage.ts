import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from './report.ts'

/** A bench is a file in `benches/` that exports one of these by the name `bench`. */
export type Bench<Options extends Record<string, number> = Record<string, number>> = {
	about: string
	/** With the values of the full measurement. */
	options: Options
	run(stage: Stage, options: Options): Promise<Row[]>
}

/** What a bench plays on; everything that it started is ended with it, also by Ctrl-C. */
export class Stage {
	/** For this run alone, and readable for the user PostgreSQL runs as. */
	readonly folder: string
	/** A folder of pools to play on instead of the demo seeds. */
	readonly pools: string | undefined
	/** Takes a profile of the server under measure. */
	readonly profile: boolean
	readonly said: string[] = []
	readonly #undo: (() => unknown)[] = []

	constructor({ pools, profile }: { pools: string | undefined; profile: boolean }) {
		this.pools = pools
		this.profile = profile
		this.folder = mkdtempSync(join(tmpdir(), 'speedfog-bench-'))
		chmodSync(this.folder, 0o755)
		this.onEnd(() => rmSync(this.folder, { recursive: true, force: true }))
	}

	say(line: string): void {
		this.said.push(line)
		process.stdout.write(`${line}\n`)
	}

	/** What is to be done at the end; the last one named is done first. */
	onEnd(undo: () => unknown): void {
		this.#undo.push(undo)
	}

	/** A program of the bench as a process of its own that talks over IPC. */
	begin(file: string, nodeArgs: string[] = []): ChildProcess {
		const execArgv = [...process.execArgv, ...nodeArgs]
		const child = fork(join(import.meta.dirname, file), { execArgv })
		this.onEnd(() => end(child))
		return child
	}

	/** Another program; what it says is not shown. */
	spawn(program: string, args: string[]): ChildProcess {
		const child = spawn(program, args, { stdio: 'ignore' })
		this.onEnd(() => end(child))
		return child
	}

	async end(): Promise<void> {
		for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop())
			await Promise.resolve(undo()).catch((error: unknown) => this.say(String(error)))
	}
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return
	const exit = once(child, 'exit')
	child.kill('SIGKILL')
	await exit
}
