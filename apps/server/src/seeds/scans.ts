import type { ScanState } from '@speedfog/core/protocol/admin'
import { scan } from './scan.ts'
import type { Needs } from './scan.ts'

/** The scans of one server, one at a time. */
export type Scans = {
	/** Joins the scan that is running, if one is. Resolves when it is over, also when it failed. */
	start(): Promise<void>
	state(): ScanState
}

/** `isStopping`: a stop takes the database away in the middle, which is no failure to tell of. */
export function openScans(needs: Needs, isStopping: () => boolean = () => false): Scans {
	let current: ScanState = { state: 'idle', done: 0, total: 0, pools: {} }
	let running: Promise<void> | undefined

	async function run(state: ScanState): Promise<void> {
		try {
			await scan(needs, state)
			state.state = 'done'
		} catch (error) {
			state.state = 'failed'
			if (!isStopping()) needs.log.error({ err: error }, 'the pools could not be read')
		} finally {
			running = undefined
		}
	}

	return {
		start: () => {
			if (running) return running
			current = { state: 'running', done: 0, total: 0, pools: {} }
			return (running = run(current))
		},
		state: () => current,
	}
}
