import type { Problem } from '@speedfog/core/protocol/problem'
import { attempt } from './attempt.ts'

/** What a page has fetched, or why it could not. Neither is set while the first answer is on its way. */
export class Loaded<T> {
	value = $state.raw<T>()
	problem = $state.raw<Problem>()
	readonly #fetch: () => Promise<T>

	constructor(fetch: () => Promise<T>) {
		this.#fetch = fetch
		void this.load()
	}

	/** Fetches again; what is shown stays until the new answer is here. */
	async load(): Promise<void> {
		const outcome = await attempt(this.#fetch)
		if (outcome.ok) {
			this.value = outcome.value
			this.problem = undefined
		} else this.problem = outcome.problem
	}
}
