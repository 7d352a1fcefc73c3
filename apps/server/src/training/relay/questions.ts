import { limits } from '@speedfog/core/protocol/limits'
import type { Clock, Timer } from '#live/clock.ts'
import type { Answer } from './message.ts'

type Question = { settle: (answer: Answer | 'silent') => void; timer: Timer }

/** What this server has asked others about their sessions, and is not answered yet. */
export class Questions {
	readonly #clock: Clock
	readonly #open = new Map<number, Question>()
	#last = 0

	constructor(clock: Clock) {
		this.#clock = clock
	}

	/** `put` sends the question of that number. No answer in time is one too. */
	ask(put: (number: number) => void): Promise<Answer | 'silent'> {
		const number = ++this.#last
		return new Promise((resolve) => {
			const settle = (answer: Answer | 'silent') => {
				this.#open.get(number)?.timer.cancel()
				this.#open.delete(number)
				resolve(answer)
			}
			const timer = this.#clock.after(limits.holderProbeMs, () => settle('silent'))
			this.#open.set(number, { settle, timer })
			put(number)
		})
	}

	/** `leaving` asks for a little patience: what its mod sent last is still being applied (P22). */
	hear(number: number, answer: Answer | 'leaving'): void {
		const question = this.#open.get(number)
		if (!question) return
		if (answer !== 'leaving') return question.settle(answer)
		question.timer.cancel()
		question.timer = this.#clock.after(limits.drainAfterCloseMs, () => question.settle('silent'))
	}
}
