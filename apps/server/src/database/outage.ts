// PostgreSQL's classes 08 (connection), 57P (shut down, starting) and 53 (out of connections, memory, disk).
const AWAY_SQLSTATE = /^(08...|57P0[1-5]|53...)$/
const AWAY_SYSTEM = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'ENOENT',
	'EPIPE',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'ENETUNREACH',
])
// node-postgres has no codes for these.
const AWAY_MESSAGE =
	/^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end)/

/** True for an error that says that the database is away, not that we asked it something wrong. */
export function isOutage(error: unknown): boolean {
	if (!(error instanceof Error)) return false
	if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isOutage)
	const { code, syscall } = error as NodeJS.ErrnoException
	if (code !== undefined && AWAY_SQLSTATE.test(code)) return true
	// A missing file is no outage, a missing socket is.
	if (code !== undefined && AWAY_SYSTEM.has(code)) return syscall !== 'open' && syscall !== 'stat'
	return AWAY_MESSAGE.test(error.message) || isOutage(error.cause)
}
