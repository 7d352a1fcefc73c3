import type { Run } from '@speedfog/core/run/run-state'

/** What the REST side needs of the sessions that are live, wherever their sockets are. */
export type Live = {
	/** The figures in memory, newer than the database's; undefined when the session has no socket here. */
	peek(sessionId: string): LiveFigures | undefined
	/** By the session's own queue (P23), also without a socket. */
	abandon(sessionId: string): Promise<'abandoned' | 'not_active' | 'unknown'>
	/**
	 * Marks the run as simulated, in memory and in the database, by the same queue: from then on it is
	 * exempt from the clock tests of P18, also when a spectator had already brought it into memory.
	 */
	markSimulated(sessionId: string): Promise<'marked' | 'not_active' | 'mod_connected' | 'unknown'>
	/** Closes the spectators that came by the token of this hash. After it was taken out of the database. */
	endToken(hash: Buffer): void
	/** Closes every socket of this user's sessions. After their rows are gone. */
	dismissUser(userId: string): Promise<void>
}

export type LiveFigures = { run: Run; modConnected: boolean; modChangedAtMs: number | null }
