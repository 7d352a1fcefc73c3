import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import type { Log } from '#log.ts'

type Simulation = {
	sessionId: string
	/** The stored zip. */
	pack: string
	/** The run's config, token included: it goes through a pipe and never to disk. */
	toml: string
	speed: number
}

/** Simulated games, each a companion of its own that plays over the wire like a real one. */
export type Simulations = {
	start(simulation: Simulation): void
	isRunning(sessionId: string): boolean
	/** Ends them all; done when they are gone. */
	close(): Promise<void>
}

const KILL_AFTER_MS = 2_000
/** What a program needs to run at all; our own variables hold secrets. */
const ENVIRONMENT = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot']
const LAST_WORDS = 2_000
/** One game is not like the other. */
const SEEDS = 2 ** 31

/** `companion` is the built companion's main file. */
export function openSimulations({ companion, log }: { companion: string; log: Log }): Simulations {
	const running = new Map<string, ChildProcess>()
	return {
		start(simulation) {
			const child = launch(companion, simulation)
			running.set(simulation.sessionId, child)
			watch(child, log.child({ session: simulation.sessionId }), () => running.delete(simulation.sessionId))
		},
		isRunning: (sessionId) => running.has(sessionId),
		close: async () => {
			await Promise.all([...running.values()].map(end))
		},
	}
}

function launch(companion: string, { pack, toml, speed }: Simulation): ChildProcess {
	const args = [companion, 'simulate', '--pack', pack, '--config', '-', '--speed', String(speed), '--quiet']
	args.push('--seed', String(randomInt(SEEDS)))
	const env = Object.fromEntries(
		ENVIRONMENT.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
	)
	// By the fourth channel the child notices when this process is gone, however it went.
	const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'ignore', 'pipe', 'ipc'] })
	// A child that ends before it read its config is reported by its exit.
	child.stdin!.on('error', () => {})
	child.stdin!.end(toml)
	return child
}

function watch(child: ChildProcess, log: Log, ended: () => void): void {
	let lastWords = ''
	child.stderr!.setEncoding('utf8').on('data', (text: string) => {
		lastWords = (lastWords + text).slice(-LAST_WORDS)
	})
	child.on('error', (error) => {
		ended()
		log.error({ err: error }, 'the simulated game could not be started')
	})
	child.on('close', (code, signal) => {
		ended()
		if (code === 0 || child.killed) log.info('the simulated game ended')
		else log.error({ code, signal, lastWords: lastWords.trim() }, 'the simulated game broke off')
	})
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
	const gone = once(child, 'exit')
	child.kill()
	const patience = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
	await gone
	clearTimeout(patience)
}
