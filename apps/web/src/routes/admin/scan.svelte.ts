import type { ScanState } from '@speedfog/core/protocol/admin'
import { attempt } from '$lib/api/attempt.ts'
import { say } from '$lib/ui/said.svelte.ts'
import * as admin from './admin.ts'

const askEveryMs = 400

/** The scan that runs, by whomever it was started, or the last one. */
export class Scan {
	state = $state.raw<ScanState>()
	busy = $derived(this.state?.state === 'running')
	#timer: ReturnType<typeof setTimeout> | undefined
	#closed = false
	readonly #onEnd: () => void

	constructor(onEnd: () => void) {
		this.#onEnd = onEnd
		void this.#ask(admin.scanState)
	}

	start = () => this.#ask(admin.startScan)

	close(): void {
		this.#closed = true
		clearTimeout(this.#timer)
	}

	async #ask(question: () => Promise<ScanState>): Promise<void> {
		clearTimeout(this.#timer)
		const wasRunning = this.busy
		const outcome = await attempt(question)
		if (this.#closed) return
		if (outcome.ok) this.state = outcome.value
		else if (!wasRunning) return say(outcome.problem.detail, 'bad')
		if (this.busy) this.#timer = setTimeout(() => void this.#ask(admin.scanState), askEveryMs)
		else if (wasRunning) this.#onEnd()
	}
}
