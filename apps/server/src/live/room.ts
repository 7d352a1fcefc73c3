import type { Close } from '@speedfog/core/protocol/close'
import { limits } from '@speedfog/core/protocol/limits'
import type { Link } from './link.ts'
import { Message } from './message.ts'
import type { Paced, Pacer } from './pacer.ts'

/** Those who watch the same thing. Each text is written once, whatever their number, and none is waited for. */
export class Room implements Paced {
	readonly #pacer: Pacer
	readonly #members = new Set<Link>()
	#lastFiguresMs = Number.NEGATIVE_INFINITY
	/** Figures that wait until the last ones are old enough, and their turn. */
	#waiting: (() => string) | undefined
	#slot = 0
	#dueMs = 0

	constructor(pacer: Pacer) {
		this.#pacer = pacer
	}

	get size(): number {
		return this.#members.size
	}

	join(link: Link): void {
		this.#members.add(link)
	}

	leave(link: Link): void {
		this.#members.delete(link)
		if (this.#members.size === 0) this.#waiting = undefined
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
			this.#waiting = write
			return
		}
		const now = this.#pacer.now()
		const waitMs = this.#lastFiguresMs + limits.figuresEveryMs - now
		// More than the whole pause can only mean that the clock was set back.
		if (waitMs > 0 && waitMs <= limits.figuresEveryMs) {
			this.#waiting = write
			this.#dueMs = now + waitMs
			this.#slot = this.#pacer.wake(this, waitMs)
			return
		}
		this.#lastFiguresMs = now
		this.tell(write)
	}

	closeAll(close: Close): void {
		this.#waiting = undefined
		for (const link of this.#members) link.close(close)
	}

	due(slot: number): void {
		const write = this.#waiting
		if (!write || slot !== this.#slot) return
		this.#waiting = undefined
		// Timers of a busy server are late. Counted from now, the next figures would be late by as much again.
		this.#lastFiguresMs = this.#dueMs
		this.tell(write)
	}

	#send(link: Link, message: Message): void {
		if (link.bufferedBytes <= limits.unreadBytes) {
			link.send(message)
		} else {
			this.leave(link)
			link.drop()
		}
	}
}
