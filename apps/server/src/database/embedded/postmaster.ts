import { createInterface } from 'node:readline'
import type { Log } from '#log.ts'
import { program } from './binaries.ts'
import type { Binaries } from './binaries.ts'
import { run, runSync } from './runner.ts'
import type { Runner } from './runner.ts'

/** A PostgreSQL that is our child. */
export type Postmaster = {
	pid: number
	/** Its last words. */
	ended: Promise<string>
	hasEnded(): boolean
	/** Ends it cleanly, and by force where it does not obey. */
	stop(): Promise<void>
}

const KEPT_LINES = 12
const LAST_WORDS_MS = 100
const FAST_SHUTDOWN_MS = 6_000
const IMMEDIATE_SHUTDOWN_MS = 2_000

/** Starts PostgreSQL on a data folder; it answers some time later, or ends. */
export function launch({
	runner,
	binaries,
	dataFolder,
	settings,
	log,
}: {
	runner: Runner
	binaries: Binaries
	dataFolder: string
	settings: Readonly<Record<string, string>>
	log: Log
}): Postmaster {
	const all = {
		log_line_prefix: '',
		timezone: 'UTC',
		log_timezone: 'UTC',
		...settings,
	}
	const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
	const child = run(
		runner,
		[program(binaries, 'postgres'), '-D', dataFolder, ...options],
		['ignore', 'ignore', 'pipe'],
	)
	const words: string[] = []
	createInterface({ input: child.stderr! }).on('line', (line) => {
		words.push(line)
		if (words.length > KEPT_LINES) words.shift()
		if (line.startsWith('PANIC')) log.error({ postgres: line }, 'PostgreSQL panicked')
		else log.debug({ postgres: line }, 'PostgreSQL says')
	})
	let running = true
	const ended = new Promise<string>((resolve) => {
		const end = () => {
			running = false
			process.off('exit', interrupt)
			resolve(words.join('\n'))
		}
		child.on('error', (error) => words.push(error.message))
		child.on('close', end)
		// Its own children keep the pipe open for seconds when it was killed.
		child.on('exit', () => setTimeout(end, LAST_WORDS_MS))
	})
	// Where nothing else tells it that we are gone.
	const interrupt = () => child.kill('SIGINT')
	process.on('exit', interrupt)

	return {
		pid: child.pid ?? -1,
		ended,
		hasEnded: () => !running,
		stop: async () => {
			// A signal would end it there and then on Windows.
			if (process.platform === 'win32')
				runSync(runner, [program(binaries, 'pg_ctl'), 'stop', '-D', dataFolder])
			else child.kill('SIGINT')
			if (await within(FAST_SHUTDOWN_MS, ended)) return
			log.warn('PostgreSQL does not stop; it will recover at the next start')
			child.kill('SIGQUIT')
			if (await within(IMMEDIATE_SHUTDOWN_MS, ended)) return
			child.kill('SIGKILL')
			await ended
		},
	}
}

async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined
	const late = new Promise<boolean>((resolve) => {
		timer = setTimeout(() => resolve(false), ms)
	})
	const inTime = await Promise.race([promise.then(() => true), late])
	clearTimeout(timer)
	return inTime
}
