import type { Clock } from '#live/clock.ts'
import type { Log } from '#log.ts'

const RETRY_MS = 1_000

type Needed = { clock: Clock; log: Log; isNeeded: () => boolean }

/** Asks until the database is there; undefined when nobody needs the answer any more. */
export async function persist<T>(
	ask: () => Promise<T>,
	{ clock, log, isNeeded }: Needed,
): Promise<T | undefined> {
	for (;;) {
		try {
			return await ask()
		} catch (error) {
			if (!isNeeded()) return undefined
			log.warn({ err: error }, 'the database is asked again in a second')
			await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve))
		}
	}
}
