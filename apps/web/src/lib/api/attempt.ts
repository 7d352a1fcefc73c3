import type { Problem } from '@speedfog/core/protocol/problem'
import { signedOut } from './account.svelte.ts'
import { ApiProblem } from './request.ts'

export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: Problem }

/** Does what a person asked for and says how it ended; whoever is not signed in any more is told to be. */
export async function attempt<T>(work: () => Promise<T>): Promise<Outcome<T>> {
	try {
		return { ok: true, value: await work() }
	} catch (error) {
		if (!(error instanceof ApiProblem)) throw error
		if (error.problem.status === 401) signedOut()
		return { ok: false, problem: error.problem }
	}
}
