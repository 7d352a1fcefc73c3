import type { Log } from '#log.ts'

/** Where everything about one session is written; undefined for the many of which nobody asked to know. */
export type Trace = Log | undefined

/** The traces of the sessions of these ids, whatever the log's own level. */
export function openTraces(log: Log, sessionIds: readonly string[]): (sessionId: string) => Trace {
	const traces = new Map(sessionIds.map((id) => [id, log.child({ session: id }, { level: 'debug' })]))
	return (sessionId) => traces.get(sessionId)
}
