/** Numbers of the wire protocol (docs/protocol.md); times in ms, sizes in bytes. */
export const limits = {
	authTimeoutMs: 5_000,
	pingEveryMs: 30_000,
	silentAfterMs: 75_000,
	clientSilentAfterMs: 60_000,
	holderProbeMs: 2_000,
	drainAfterCloseMs: 2_000,
	endedClientIdleMs: 5_000,
	frameBytes: 16 * 1024,
	badFrames: { count: 20, withinMs: 10_000 },
	frameRate: { perSecond: 50, forMs: 5_000 },
	unreadBytes: 1024 * 1024,
	figuresEveryMs: 900,
	writeBehindMs: 2_000,
	burst: { quietMs: 250, atMostMs: 3_000 },
	clockSlackMs: 60_000,
	refusalsPerMinute: 4,
	/** Far above any real run (about 200): a client that makes up moves does not fill memory or disk. */
	visits: 5_000,
	/** Falls of the clock and old saves beyond this many facts are applied, but no longer journaled. */
	facts: 10_000,
} as const

/** IGT and deaths are read back by the released mod as signed 32-bit numbers. */
export const maxInt32 = 2 ** 31 - 1
/** Event flags are unsigned 32-bit numbers. */
export const maxUint32 = 2 ** 32 - 1
