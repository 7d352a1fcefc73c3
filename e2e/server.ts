import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BUILT = join(import.meta.dirname, '../apps/server/dist/main.js')
const READY_WITHIN_MS = 60_000

/** The built server as a process of its own, with a data folder and a port that outlive a restart. */
export class ServerProcess {
	readonly url: string
	#port: number
	#dataDir: string
	#child: ChildProcess | undefined
	#output = ''
	readonly #env: NodeJS.ProcessEnv
	readonly #nodeArgs: readonly string[]

	private constructor(port: number, dataDir: string, env: NodeJS.ProcessEnv, nodeArgs: readonly string[]) {
		this.#port = port
		this.#dataDir = dataDir
		this.#env = env
		this.#nodeArgs = nodeArgs
		this.url = `http://localhost:${port}`
	}

	static async start(env: NodeJS.ProcessEnv = {}, nodeArgs: readonly string[] = []): Promise<ServerProcess> {
		const dataDir = await mkdtemp(join(tmpdir(), 'speedfog-e2e-'))
		const server = new ServerProcess(await freePort(), dataDir, env, nodeArgs)
		await server.start()
		return server
	}

	/** All that it wrote. */
	get output(): string {
		return this.#output
	}

	/** Where the demo pools lie. */
	get poolsFolder(): string {
		return join(this.#dataDir, 'pools')
	}

	get pid(): number {
		return this.#child!.pid!
	}

	async start(): Promise<void> {
		const child = spawn(process.execPath, [...this.#nodeArgs, BUILT], {
			env: {
				...process.env,
				NODE_ENV: 'production',
				...this.#env,
				PORT: String(this.#port),
				DATA_DIR: this.#dataDir,
			},
			stdio: ['ignore', 'pipe', 'pipe'],
		})
		this.#child = child
		// Whoever started it may be ended in the middle of anything.
		const end = () => child.kill('SIGKILL')
		process.on('exit', end)
		child.once('exit', () => process.off('exit', end))
		for (const stream of [child.stdout, child.stderr])
			stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
		const deadline = Date.now() + READY_WITHIN_MS
		while (!(await this.#isReady())) {
			if (hasEnded(child) || Date.now() > deadline)
				throw new Error(`The server did not become ready:\n${this.#output}`)
			await new Promise((resolve) => setTimeout(resolve, 100))
		}
	}

	/** Stops it as Ctrl-C would. Returns the exit code. */
	async stop(): Promise<number | null> {
		const child = this.#child
		if (!child || hasEnded(child)) return child?.exitCode ?? null
		const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
		child.kill('SIGTERM')
		return ended
	}

	/** Ends it without a warning, as a power cut would; its database goes with it. */
	async kill(): Promise<void> {
		const child = this.#child
		if (!child || hasEnded(child)) return
		const ended = new Promise((resolve) => child.once('exit', resolve))
		child.kill('SIGKILL')
		await ended
	}

	async remove(): Promise<void> {
		await this.stop()
		await rm(this.#dataDir, { recursive: true, force: true })
	}

	async #isReady(): Promise<boolean> {
		const answer = await fetch(`${this.url}/ready`).catch(() => undefined)
		return answer?.ok ?? false
	}
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
	return exitCode !== null || signalCode !== null
}

async function freePort(): Promise<number> {
	const probe = createServer()
	await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
	const { port } = probe.address() as AddressInfo
	await new Promise((resolve) => probe.close(resolve))
	return port
}
