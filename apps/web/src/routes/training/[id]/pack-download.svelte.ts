import type { Problem } from '@speedfog/core/protocol/problem'
import { download, save, type Progress } from '$lib/api/download.ts'
import { attempt } from '$lib/api/attempt.ts'
import * as training from '$lib/api/training.ts'

export type DownloadState =
	| { is: 'idle' }
	| { is: 'running'; progress: Progress | null }
	| { is: 'done' }
	| { is: 'failed'; problem: Problem }

/** The download of one run's pack, as the page shows it. */
export class PackDownload {
	state = $state.raw<DownloadState>({ is: 'idle' })

	#abort: AbortController | null = null
	readonly #sessionId: string

	constructor(sessionId: string) {
		this.#sessionId = sessionId
	}

	async start(): Promise<void> {
		if (this.state.is === 'running') return
		const abort = new AbortController()
		this.#abort = abort
		this.state = { is: 'running', progress: null }
		try {
			const outcome = await attempt(() =>
				download(training.packUrl(this.#sessionId), {
					signal: abort.signal,
					onProgress: (progress) => (this.state = { is: 'running', progress }),
				}),
			)
			if (outcome.ok) save(outcome.value)
			this.state = outcome.ok ? { is: 'done' } : { is: 'failed', problem: outcome.problem }
		} catch (error) {
			if (!abort.signal.aborted) throw error
			this.state = { is: 'idle' }
		}
	}

	cancel(): void {
		this.#abort?.abort()
	}
}
