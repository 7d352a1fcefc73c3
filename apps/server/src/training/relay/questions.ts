import { limits } from '@speedfog/core/protocol/limits'
import type { Clock, Timer } from '#live/clock.ts'
import type { Answer } from '../ownership.ts'

type Question = { settle: (answer: Answer) => void; timer: Timer }

/** What this server has asked others about their mods, and is not answered yet. */
export class Questions {
	readonly #clock: Clock
	readonly #send: (holder: string, number: number, sessionId: string) => void
	readonly #open = new Map<number, Question>()
	#last = 0

	constructor(clock: Clock, send: (holder: string, number: number, sessionId: string) => void) {
		this.#clock = clock
		this.#send = send
	}

	/** No answer in time is one too. */
	ask(holder: string, sessionId: string): Promise<Answer> {
		const number = ++this.#last
		return new Promise((resolve) => {
			const settle = (answer: Answer) => {
				this.#open.get(number)?.timer.cancel()
				this.#open.delete(number)
				resolve(answer)
			}
			const timer = this.#clock.after(limits.holderProbeMs, () => settle('silent'))
			this.#open.set(number, { settle, timer })
			this.#send(holder, number, sessionId)
		})
	}

	/** `leaving` asks for a little patience: what its mod sent last is still being applied (P22). */
	hear(number: number, answer: 'alive' | 'free' | 'leaving'): void {
		const question = this.#open.get(number)
		if (!question) return
		if (answer !== 'leaving') return question.settle(answer)
		question.timer.cancel()
		question.timer = this.#clock.after(limits.drainAfterCloseMs, () => question.settle('silent'))
	}
}
