import { pino } from 'pino'
import type { Logger } from 'pino'

/** What the parts of the server write to; a child carries ids with every line. */
export type Log = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child'>

export const silentLog: Log = pino({ level: 'silent' })
