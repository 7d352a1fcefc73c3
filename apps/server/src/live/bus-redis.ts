import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import type { Log } from '#log.ts'
import { CHECK, MAX_WAITING, RETRY_MS } from './bus.ts'
import type { Bus } from './bus.ts'
import { Subscriptions } from './subscriptions.ts'

// One Redis may serve several things.
const PREFIX = 'speedfog:'

const options: RedisOptions = {
	// A message that cannot go out now is of no use later: whoever missed it asks for the whole.
	enableOfflineQueue: false,
	autoResendUnfulfilledCommands: false,
	// Done here, so that it is known when it is done.
	autoResubscribe: false,
	commandTimeout: CHECK.withinMs,
	connectTimeout: CHECK.withinMs,
	retryStrategy: (times) => Math.min(RETRY_MS.first * 2 ** Math.min(times - 1, 10), RETRY_MS.longest),
	lazyConnect: true,
}

/** The bus over Redis; one that is away is waited for in the background. */
export async function openRedisBus(url: string, log: Log): Promise<Bus> {
	const bus = new RedisBus(url, log)
	await bus.connect()
	return bus
}

class RedisBus implements Bus {
	readonly #log: Log
	/** Tells our own messages, which come back to us, from others'. */
	readonly #sender = randomBytes(6).toString('base64url')
	readonly #subscriptions = new Subscriptions()
	/** A connection that listens can do nothing else. */
	readonly #sending: Redis
	readonly #listening: Redis
	readonly #checking: NodeJS.Timeout
	#isListening = false
	#underWay = 0
	#hasGap = false

	constructor(url: string, log: Log) {
		this.#log = log
		this.#sending = new Redis(url, options)
		this.#listening = new Redis(url, options)
		for (const redis of [this.#sending, this.#listening]) {
			redis.on('error', (error: unknown) => this.#noteGap(error))
			redis.on('close', () => this.#noteGap(new Error('the connection was lost')))
		}
		this.#sending.on('ready', () => this.#noteBack())
		this.#listening.on('ready', () => void this.#listen())
		this.#listening.on('close', () => (this.#isListening = false))
		this.#listening.on('message', (channel: string, payload: string) => this.#receive(channel, payload))
		this.#checking = setInterval(() => this.#check(), CHECK.everyMs).unref()
	}

	async connect(): Promise<void> {
		// A failure is told by the events as well, and tried again.
		await Promise.allSettled([this.#sending.connect(), this.#listening.connect()])
	}

	isUp(): boolean {
		return this.#isListening && this.#sending.status === 'ready'
	}

	publish(topic: string, message: string): void {
		if (this.#sending.status !== 'ready' || this.#underWay >= MAX_WAITING) {
			this.#hasGap = true
			return
		}
		this.#underWay++
		this.#sending
			.publish(PREFIX + topic, `${this.#sender} ${message}`)
			.catch((error: unknown) => this.#noteGap(error))
			.finally(() => {
				if (--this.#underWay === 0) this.#noteBack()
			})
	}

	async subscribe(topic: string, receive: (message: string) => void): Promise<void> {
		this.#subscriptions.add(topic, receive)
		if (this.#isListening) {
			try {
				await this.#listening.subscribe(PREFIX + topic)
				return
			} catch (error) {
				this.#startAgain(error)
			}
		} else if (this.#listening.status === 'ready') {
			void this.#listen()
		}
		await this.#subscriptions.whenListening()
	}

	onGap(listener: () => void): void {
		this.#subscriptions.onGap(listener)
	}

	async close(): Promise<void> {
		clearInterval(this.#checking)
		// What was published just now still goes out.
		if (this.#sending.status === 'ready') await this.#sending.ping().catch(() => {})
		for (const redis of [this.#sending, this.#listening]) {
			redis.removeAllListeners('close')
			redis.disconnect()
		}
		this.#isListening = false
		this.#subscriptions.listening()
	}

	async #listen(): Promise<void> {
		const channels = this.#subscriptions.topics.map((topic) => PREFIX + topic)
		try {
			if (channels.length > 0) await this.#listening.subscribe(...channels)
		} catch (error) {
			return this.#startAgain(error)
		}
		this.#isListening = true
		this.#subscriptions.listening()
		this.#noteBack()
	}

	#receive(channel: string, payload: string): void {
		const end = payload.indexOf(' ')
		if (payload.slice(0, end) === this.#sender) return
		this.#subscriptions.deliver(channel.slice(PREFIX.length), payload.slice(end + 1))
	}

	#noteGap(error: unknown): void {
		if (!this.#hasGap) this.#log.warn({ err: error }, 'servers do not hear from each other')
		this.#hasGap = true
	}

	#noteBack(): void {
		if (!this.#hasGap || !this.isUp()) return
		this.#hasGap = false
		this.#log.info('servers hear from each other again')
		this.#subscriptions.tellGap()
	}

	#check(): void {
		for (const redis of [this.#sending, this.#listening])
			if (redis.status === 'ready') redis.ping().catch((error: unknown) => this.#startAgain(error))
	}

	/** Neither answers nor breaks off: both connections are made anew. */
	#startAgain(error: unknown): void {
		this.#noteGap(error)
		this.#isListening = false
		for (const redis of [this.#sending, this.#listening]) redis.disconnect(true)
	}
}
