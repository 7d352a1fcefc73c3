import type { Problem } from '@speedfog/core/protocol/problem'
import type { Session } from '@speedfog/core/protocol/training'
import { attempt } from '$lib/api/attempt.ts'
import * as training from '$lib/api/training.ts'
import { merge } from './progress.ts'

/** The caller's runs, newest first, as far as they were asked for. */
export class RunList {
	/** Undefined until the first page is here. */
	runs = $state.raw<Session[]>()
	problem = $state.raw<Problem>()
	loading = $state(false)
	/** Whether there are older runs than these. */
	get hasMore(): boolean {
		return this.#next !== null
	}

	#next = $state<string | null>(null)

	/** Fetches the newest page, the first time or again. */
	async refresh(): Promise<void> {
		const first = this.runs === undefined
		const page = await this.#fetch(undefined)
		if (page && first) this.#next = page.next
	}

	async more(): Promise<void> {
		if (this.#next === null || this.loading) return
		this.loading = true
		const page = await this.#fetch(this.#next)
		if (page) this.#next = page.next
		this.loading = false
	}

	async #fetch(path: string | undefined) {
		const outcome = await attempt(() => training.list(path))
		this.problem = outcome.ok ? undefined : outcome.problem
		if (!outcome.ok) return undefined
		this.runs = merge(this.runs ?? [], outcome.value.items)
		return outcome.value
	}
}
