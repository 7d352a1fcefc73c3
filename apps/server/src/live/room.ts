import type { Close } from '@speedfog/core/protocol/close'
import { limits } from '@speedfog/core/protocol/limits'
import type { Clock, Timer } from './clock.ts'
import type { Link } from './link.ts'
import { Message } from './message.ts'

/** Those who watch the same thing. Each text is written once, whatever their number, and none is waited for. */
export class Room {
	readonly #clock: Clock
	readonly #members = new Set<Link>()
	#lastFiguresMs = Number.NEGATIVE_INFINITY
	#waiting: { timer: Timer; dueMs: number; write: () => string } | undefined

	constructor(clock: Clock) {
		this.#clock = clock
	}

	get size(): number {
		return this.#members.size
	}

	join(link: Link): void {
		this.#members.add(link)
	}

	leave(link: Link): void {
		this.#members.delete(link)
		if (this.#members.size === 0) this.#forgetWaiting()
	}

	/** Tells all at once. `write` is called only if somebody is there. */
	tell(write: () => string): void {
		if (this.#members.size === 0) return
		const message = new Message(write())
		for (const link of this.#members) this.#send(link, message)
	}

	/** Tells all at once if the last figures are old enough, else as soon as they are (P52). */
	tellFigures(write: () => string): void {
		if (this.#members.size === 0) return
		if (this.#waiting) {
			this.#waiting.write = write
			return
		}
		const now = this.#clock.now()
		const waitMs = this.#lastFiguresMs + limits.figuresEveryMs - now
		// More than the whole pause can only mean that the clock was set back.
		if (waitMs > 0 && waitMs <= limits.figuresEveryMs) {
			this.#waiting = { timer: this.#clock.after(waitMs, this.#tellWaiting), dueMs: now + waitMs, write }
			return
		}
		this.#lastFiguresMs = now
		this.tell(write)
	}

	closeAll(close: Close): void {
		this.#forgetWaiting()
		for (const link of this.#members) link.close(close)
	}

	readonly #tellWaiting = (): void => {
		const waiting = this.#waiting
		if (!waiting) return
		this.#waiting = undefined
		// Timers of a busy server are late. Counted from now, the next figures would be late by as much again.
		this.#lastFiguresMs = waiting.dueMs
		this.tell(waiting.write)
	}

	#send(link: Link, message: Message): void {
		if (link.bufferedBytes <= limits.spectatorBufferBytes) {
			link.send(message)
		} else {
			this.leave(link)
			link.drop()
		}
	}

	#forgetWaiting(): void {
		this.#waiting?.timer.cancel()
		this.#waiting = undefined
	}
}
