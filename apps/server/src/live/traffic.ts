/** What went over live sockets since the start: plain numbers, so that counting costs nothing. */
export type Traffic = {
	framesIn: number
	framesOut: number
	badFrames: number
	/** Spectators that did not read (P53). */
	dropped: number
}

export function noTraffic(): Traffic {
	return { framesIn: 0, framesOut: 0, badFrames: 0, dropped: 0 }
}
