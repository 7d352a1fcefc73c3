import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readlink, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundle } from '#testing-process.ts'
import type { Options } from '../../embedded.ts'

export type Ready = { connection: { host: string }; starts: number }

export type ServerProcess = {
	child: ChildProcess
	/** What it told: `ready`, or `refused` or `failed` with the reason. */
	told: Promise<{ ready?: Ready; refused?: string; failed?: string }>
	log: string[]
	/** Clean stop; its exit code. */
	stop(): Promise<number | null>
	kill(): Promise<void>
}

/** Some user that is not root and owns nothing. */
export const SOMEBODY = 12_345

export const isRoot = process.getuid?.() === 0

let program = ''

/** To be called before the first start. */
export async function buildProgram(): Promise<void> {
	program = await bundle('database/embedded/testing/server.ts', 'embedded-server')
}

/** Starts the server beside this file; `before` is put before its command line. */
export function startProcess(options: Omit<Options, 'log'>, before: readonly string[] = []): ServerProcess {
	const [first, ...args] = [...before, process.execPath, program, JSON.stringify(options)]
	const child = spawn(first!, args, { stdio: ['pipe', 'pipe', 'inherit'] })
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
	if (!isRoot) return []
	// The project may lie where only root can look; reading it is the one thing this user may do beyond its own.
	const reads = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search']
	return ['setpriv', `--reuid=${SOMEBODY}`, `--regid=${SOMEBODY}`, '--clear-groups', ...reads, '--']
}

/** The same as root where making user namespaces is forbidden, as in many containers. */
export async function startWithoutNamespaces(options: Omit<Options, 'log'>): Promise<ServerProcess> {
	// Only a program started after the users are mapped is root in there.
	const wait = 'read go; exec sh -c "$0" sh "$@"'
	const forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
	const server = startProcess(options, ['unshare', '--user', 'sh', '-c', wait, forbid])
	const { pid } = server.child
	while ((await readlink(`/proc/${pid}/ns/user`)) === (await readlink('/proc/self/ns/user'))) await sleep(5)
	await writeFile(`/proc/${pid}/uid_map`, '0 0 65536')
	await writeFile(`/proc/${pid}/gid_map`, '0 0 65536')
	server.child.stdin!.write('go\n')
	return server
}
