import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Log } from '#log.ts'
import { CHECK, MAX_WAITING, RETRY_MS } from './bus.ts'
import type { Bus } from './bus.ts'
import { Subscriptions } from './subscriptions.ts'

/** A payload: who sent it, its number, its place in its message, and then its text. */
type Place = 'whole' | 'first' | 'middle' | 'last'

// PostgreSQL refuses payloads of 8,000 bytes and more. A UTF-16 unit takes at most three bytes, and what
// stands before the text at most 40.
const PART_UNITS = 2_600
/** So many parts go out in one statement. */
const BATCH = 500

const notify = {
	name: 'bus_notify',
	text: 'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as part (channel, payload)',
}

/** The bus over `LISTEN` and `NOTIFY`, on one connection of its own. */
export async function openNotifyBus(settings: pg.ClientConfig, log: Log): Promise<Bus> {
	const bus = new NotifyBus(settings, log)
	await bus.connect()
	return bus
}

class NotifyBus implements Bus {
	readonly #settings: pg.ClientConfig
	readonly #log: Log
	/** Tells our own messages, which come back to us, from others'. */
	readonly #sender = randomBytes(6).toString('base64url')
	readonly #subscriptions = new Subscriptions()
	/** Messages of which some parts have come, by sender and topic. */
	readonly #unfinished = new Map<string, string>()
	readonly #checking: NodeJS.Timeout
	#client: pg.Client | undefined
	#retrying: NodeJS.Timeout | undefined
	#waiting: { topic: string; payload: string }[] = []
	#isSending = false
	#sent = 0
	#hasGap = false
	#isClosed = false

	constructor(settings: pg.ClientConfig, log: Log) {
		this.#settings = { ...settings, application_name: 'speedfog bus' }
		this.#log = log
		this.#checking = setInterval(() => void this.#check(), CHECK.everyMs).unref()
	}

	isUp(): boolean {
		return this.#client !== undefined
	}

	publish(topic: string, message: string): void {
		if (!this.#client || this.#waiting.length >= MAX_WAITING) {
			this.#hasGap = true
			return
		}
		// Equal payloads of one transaction arrive once; the number makes them differ.
		for (const [place, text] of parts(message))
			this.#waiting.push({ topic, payload: `${this.#sender} ${this.#sent++} ${place} ${text}` })
		if (!this.#isSending) void this.#send()
	}

	async subscribe(topic: string, receive: (message: string) => void): Promise<void> {
		this.#subscriptions.add(topic, receive)
		const client = this.#client
		if (client) {
			try {
				await client.query(`listen ${pg.escapeIdentifier(topic)}`)
				return
			} catch {
				this.#lose(client)
			}
		}
		await this.#subscriptions.whenListening()
	}

	onGap(listener: () => void): void {
		this.#subscriptions.onGap(listener)
	}

	async close(): Promise<void> {
		this.#isClosed = true
		clearInterval(this.#checking)
		clearTimeout(this.#retrying)
		const client = this.#client
		this.#client = undefined
		await client?.end().catch(() => {})
		this.#subscriptions.listening()
	}

	async connect(retryMs = RETRY_MS.first): Promise<void> {
		const client = new pg.Client(this.#settings)
		client.on('error', () => this.#lose(client))
		client.on('end', () => this.#lose(client))
		client.on('notification', ({ channel, payload }) => this.#receive(channel, payload ?? ''))
		try {
			await client.connect()
			for (const topic of this.#subscriptions.topics)
				await client.query(`listen ${pg.escapeIdentifier(topic)}`)
		} catch (error) {
			client.end().catch(() => {})
			this.#retry(error, retryMs)
			return
		}
		if (this.#isClosed) return void client.end().catch(() => {})
		this.#client = client
		this.#unfinished.clear()
		this.#subscriptions.listening()
		if (!this.#hasGap) return
		this.#hasGap = false
		this.#log.info('servers hear from each other again')
		this.#subscriptions.tellGap()
	}

	#lose(client: pg.Client): void {
		if (this.#client !== client) return
		this.#client = undefined
		this.#waiting = []
		client.end().catch(() => {})
		this.#retry(new Error('the connection was lost'), RETRY_MS.first)
	}

	#retry(error: unknown, retryMs: number): void {
		if (this.#isClosed) return
		if (!this.#hasGap) this.#log.warn({ err: error }, 'servers do not hear from each other')
		this.#hasGap = true
		const longer = Math.min(retryMs * 2, RETRY_MS.longest)
		this.#retrying = setTimeout(() => void this.connect(longer), retryMs)
	}

	async #send(): Promise<void> {
		this.#isSending = true
		// What is published in the same turn of the event loop goes out together.
		await new Promise((resolve) => setImmediate(resolve))
		while (this.#client && this.#waiting.length > 0) {
			const client = this.#client
			const batch = this.#waiting.splice(0, BATCH)
			const values = [batch.map(({ topic }) => topic), batch.map(({ payload }) => payload)]
			await client.query({ ...notify, values }).catch(() => this.#lose(client))
		}
		this.#isSending = false
		if (!this.#client || !this.#hasGap) return
		// More had waited than is kept.
		this.#hasGap = false
		this.#subscriptions.tellGap()
	}

	#receive(topic: string, payload: string): void {
		const [sender, , place, ...words] = payload.split(' ')
		if (sender === this.#sender) return
		const text = words.join(' ')
		const key = `${sender} ${topic}`
		const before = this.#unfinished.get(key)
		switch (place as Place) {
			case 'whole':
				return this.#subscriptions.deliver(topic, text)
			case 'first':
				return void this.#unfinished.set(key, text)
			case 'middle':
				if (before !== undefined) this.#unfinished.set(key, before + text)
				return
			case 'last':
				this.#unfinished.delete(key)
				if (before !== undefined) this.#subscriptions.deliver(topic, before + text)
		}
	}

	async #check(): Promise<void> {
		const client = this.#client
		const question = { text: 'select 1', query_timeout: CHECK.withinMs }
		await client?.query(question).catch(() => this.#lose(client))
	}
}

function* parts(message: string): Generator<[Place, string]> {
	if (message.length <= PART_UNITS) return yield ['whole', message]
	for (let start = 0; start < message.length;) {
		const end = endOfPart(message, start)
		yield [start === 0 ? 'first' : end === message.length ? 'last' : 'middle', message.slice(start, end)]
		start = end
	}
}

/** Never between the two halves of one character. */
function endOfPart(message: string, start: number): number {
	const end = Math.min(start + PART_UNITS, message.length)
	const last = message.charCodeAt(end - 1)
	return end < message.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end
}
