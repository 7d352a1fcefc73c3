import type { Config } from '#config.ts'
import type { Database } from '#database/database.ts'
import type { Log } from '#log.ts'

/** What every part of the HTTP side is given; features add what they need on top. */
export type Deps = {
	config: Config
	db: Database
	log: Log
	/** ms since 1970 */
	clock: () => number
}
