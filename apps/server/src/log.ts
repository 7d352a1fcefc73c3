import { pino } from 'pino'
import type { DestinationStream, Level, Logger } from 'pino'
import pretty from 'pino-pretty'

/** What the parts of the server write to; a child carries ids with every line. */
export type Log = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child'>

export const silentLog: Log = pino({ level: 'silent' })

/** Where secrets come along when somebody logs a whole thing instead of its id. */
const SECRETS = ['authorization', 'cookie', 'token', 'mod_token', 'password', 'secret', 'set-cookie'].flatMap(
	(name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`],
)

/** What tells of an error; libraries add what was sent, with passwords, and what rows held. */
const OF_ERRORS = ['type', 'message', 'stack', 'code', 'syscall', 'path', 'table', 'column', 'constraint']

/** JSON lines on stdout; in a terminal something to read. */
export function openLog(
	level: Level | 'silent',
	{ isTerminal, destination }: { isTerminal: boolean; destination?: DestinationStream },
): Log {
	const options = {
		level,
		base: undefined,
		serializers: { err: errorFields },
		redact: { paths: SECRETS, censor: '[secret]' },
		timestamp: pino.stdTimeFunctions.isoTime,
		formatters: { level: (label: string) => ({ level: label }) },
	}
	if (isTerminal)
		return pino(
			options,
			pretty({ translateTime: 'SYS:HH:MM:ss', sync: true, ...(destination && { destination }) }),
		)
	return destination ? pino(options, destination) : pino(options)
}

function errorFields(error: unknown): unknown {
	if (!(error instanceof Error)) return error
	return Object.fromEntries(
		Object.entries(pino.stdSerializers.err(error)).filter(([name]) => OF_ERRORS.includes(name)),
	)
}
