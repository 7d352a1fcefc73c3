import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Options } from '../../embedded.ts'

export type Ready = { connection: { host: string }; starts: number; checkpointer: number }

export type ServerProcess = {
	child: ChildProcess
	/** What it told: `ready`, or `refused` or `failed` with the reason. */
	told: Promise<{ ready?: Ready; refused?: string; failed?: string }>
	log: string[]
	/** Clean stop; its exit code. */
	stop(): Promise<number | null>
	kill(): Promise<void>
}

const PROGRAM = new URL('server.ts', import.meta.url).pathname

/** Some user that is not root and owns nothing. */
export const SOMEBODY = 12_345

export const isRoot = process.getuid?.() === 0

/** Starts the server beside this file; `before` is put before its command line. */
export function startProcess(options: Omit<Options, 'log'>, before: readonly string[] = []): ServerProcess {
	const [program, ...args] = [
		...before,
		process.execPath,
		'--import',
		'tsx',
		PROGRAM,
		JSON.stringify(options),
	]
	const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] })
	const log: string[] = []
	const exited = once(child, 'exit') as Promise<[number | null]>
	const told = new Promise<Awaited<ServerProcess['told']>>((resolve) => {
		createInterface({ input: child.stdout }).on('line', (line) => {
			const message = JSON.parse(line) as Awaited<ServerProcess['told']> & { log?: string }
			if (message.log !== undefined) log.push(message.log)
			else resolve(message)
		})
		void exited.then(() => resolve({ failed: 'it ended without a word' }))
	})
	return {
		child,
		told,
		log,
		stop: async () => {
			child.kill('SIGTERM')
			return (await exited)[0]
		},
		kill: async () => {
			child.kill('SIGKILL')
			await exited
		},
	}
}

/** What makes a command an ordinary user's, when root runs the tests. */
export function asSomebody(): string[] {
	return isRoot ? ['setpriv', `--reuid=${SOMEBODY}`, `--regid=${SOMEBODY}`, '--clear-groups', '--'] : []
}
