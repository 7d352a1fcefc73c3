import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

const INSTALLED = ['/usr/bin/firefox-esr', '/usr/bin/firefox']
const FOUND_WITHIN_MS = 60_000
const EVERY_MS = 100

export const firefoxPath = [process.env['FIREFOX_PATH'] ?? '', ...INSTALLED].find(
	(path) => path !== '' && existsSync(path),
)

type Found = { role: string; name: string }
type Reply = { id?: number; result?: unknown; message?: string; method?: string; params?: unknown }
type LogEntry = { level: string; text: string | null }

/**
 * The system's own Firefox with one tab, spoken to by WebDriver BiDi: what Playwright drives is a Firefox of its
 * own making, and its BiDi asks for more than a released one knows.
 */
export class Firefox {
	/** Errors and warnings of the console. */
	readonly complaints: string[] = []
	readonly #child: ChildProcess
	readonly #profile: string
	readonly #socket: WebSocket
	readonly #waiting = new Map<number, (reply: Reply) => void>()
	#context = ''
	#last = 0

	private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
		this.#child = child
		this.#profile = profile
		this.#socket = socket
		socket.on('message', (data: Buffer) => this.#hear(JSON.parse(data.toString()) as Reply))
	}

	static async launch(path: string): Promise<Firefox> {
		const profile = await mkdtemp(join(tmpdir(), 'speedfog-firefox-'))
		const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0']
		const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] })
		const address = await new Promise<string>((resolve, reject) => {
			let said = ''
			child.stderr.on('data', (chunk: Buffer) => {
				said += chunk.toString()
				const [, url] = /WebDriver BiDi listening on (ws:\S+)/.exec(said) ?? []
				if (url) resolve(url)
			})
			child.once('exit', () => reject(new Error(`Firefox did not start:\n${said}`)))
		})
		const socket = new WebSocket(`${address}/session`)
		await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
		const firefox = new Firefox(child, profile, socket)
		await firefox.#send('session.new', { capabilities: {} })
		await firefox.#send('session.subscribe', { events: ['log.entryAdded'] })
		const { contexts } = await firefox.#send<{ contexts: { context: string }[] }>(
			'browsingContext.getTree',
			{},
		)
		firefox.#context = contexts[0]!.context
		return firefox
	}

	async goto(url: string): Promise<void> {
		await this.#send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' })
	}

	/** Waits for what a screen reader would find by that role and name; its id on the page. */
	async find(value: Found): Promise<string> {
		for (const end = Date.now() + FOUND_WITHIN_MS; Date.now() < end; await sleep(EVERY_MS)) {
			const locator = { type: 'accessibility', value }
			const asked = { context: this.#context, locator, maxNodeCount: 1 }
			const { nodes } = await this.#send<{ nodes: { sharedId: string }[] }>(
				'browsingContext.locateNodes',
				asked,
			)
			if (nodes[0]) return nodes[0].sharedId
		}
		throw new Error(`There is no ${value.role} “${value.name}” on: ${await this.text()}`)
	}

	async click(value: Found): Promise<void> {
		const sharedId = await this.find(value)
		const actions = [
			{ type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element: { sharedId } } },
			{ type: 'pointerDown', button: 0 },
			{ type: 'pointerUp', button: 0 },
		]
		await this.#act({ type: 'pointer', id: 'mouse', actions })
	}

	async type(text: string): Promise<void> {
		const actions = [...text].flatMap((key) => [
			{ type: 'keyDown', value: key },
			{ type: 'keyUp', value: key },
		])
		await this.#act({ type: 'key', id: 'keyboard', actions })
	}

	/** All that can be read on the page. */
	text(): Promise<string> {
		return this.evaluate('document.body.innerText')
	}

	async evaluate(expression: string): Promise<string> {
		const target = { context: this.#context }
		const asked = { expression, target, awaitPromise: false }
		const { result } = await this.#send<{ result: { value: string } }>('script.evaluate', asked)
		return result.value
	}

	async close(): Promise<void> {
		const ended = new Promise((resolve) => this.#child.once('exit', resolve))
		this.#socket.close()
		this.#child.kill()
		await ended
		await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 })
	}

	async #act(source: object): Promise<void> {
		await this.#send('input.performActions', { context: this.#context, actions: [source] })
	}

	#hear({ id, method, params, ...reply }: Reply): void {
		if (id !== undefined) this.#waiting.get(id)?.(reply)
		if (method !== 'log.entryAdded') return
		const { level, text } = params as LogEntry
		if (level === 'error' || level === 'warn') this.complaints.push(`${level}: ${text}`)
	}

	async #send<Result>(method: string, params: object): Promise<Result> {
		const id = ++this.#last
		const { result, message } = await new Promise<Reply>((resolve) => {
			this.#waiting.set(id, resolve)
			this.#socket.send(JSON.stringify({ id, method, params }))
		})
		this.#waiting.delete(id)
		if (result === undefined) throw new Error(`${method}: ${message}`)
		return result as Result
	}
}
