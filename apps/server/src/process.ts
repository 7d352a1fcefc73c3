import closeWithGrace from 'close-with-grace'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Refused } from './refused.ts'

type Server = { url: string; failed: Promise<Error>; close(): Promise<void> }

/** Systems that ask to stop wait ten seconds before they kill. */
const STOP_WITHIN_MS = 9_500
/** Ctrl-C reaches us twice when npm passes on what the terminal has sent to all: that is no second wish. */
const SAME_SIGNAL_MS = 1_000

/** Whether a module is the program that was started. */
export function isEntry(moduleUrl: string): boolean {
	const program = process.argv[1]
	return program !== undefined && realpathSync(program) === fileURLToPath(moduleUrl)
}

/** A server's life as a process: started with its environment, stopped by a signal, ended with 0 or 1. */
export async function live(start: (env: NodeJS.ProcessEnv) => Promise<Server>): Promise<void> {
	const starting = start(process.env)
	stopOnSignals(starting)
	try {
		const { url, failed } = await starting
		if (process.stdout.isTTY) process.stdout.write(`\n  SpeedFog Training: ${url}\n  Ctrl-C stops it.\n\n`)
		// Handled like any other error that nobody expected.
		void failed.then((error) => Promise.reject(error))
	} catch (error) {
		process.stderr.write(`${error instanceof Refused ? error.message : String((error as Error).stack)}\n`)
		process.exit(1)
	}
}

function stopOnSignals(starting: Promise<Server>): void {
	const stopped = starting.catch(() => undefined)
	const grace = closeWithGrace(
		{
			delay: STOP_WITHIN_MS,
			logger: false,
			skip: ['SIGINT', 'SIGTERM'],
			onTimeout: () => say('it took too long'),
		},
		async ({ err }) => {
			if (err) say(String(err.stack))
			await (await stopped)?.close()
		},
	)
	let firstAtMs: number | undefined
	const stop = (): void => {
		if (firstAtMs === undefined) {
			firstAtMs = Date.now()
			void grace.close()
		} else if (Date.now() - firstAtMs > SAME_SIGNAL_MS) {
			process.exit(1)
		}
	}
	process.on('SIGINT', stop)
	process.on('SIGTERM', stop)
}

function say(what: string): void {
	process.stderr.write(`${what}\n`)
}
