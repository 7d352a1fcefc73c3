/** A session that is to be played, and the tokens for it. */
export type RosterSession = { id: string; modToken: string; shareToken: string; seed: number }

/** Who connects where. */
export type Roster = {
	/** `ws://…` without a path. */
	url: string
	sessions: RosterSession[]
	/** Of each seed the flags that are passed one after the other. */
	gates: number[][]
	spectatorsEach: number
}

/** What mods send; times in ms. */
export type Pace = {
	statusEveryMs: number
	/** The pauses differ by this much in either direction. */
	jitterMs: number
	/** 0: no gate is passed. */
	gateEveryMs: number
}

/** What the process that makes the load is told; each is answered once, when it is done. */
export type Command =
	| { do: 'connect'; roster: Roster }
	/** Sends from now on, until `rest`. */
	| { do: 'play'; pace: Pace }
	/** Forgets what was counted so far, and answers with it. */
	| { do: 'count' }
	/** Stops sending, gives what is under way time to arrive, and checks that it did. */
	| { do: 'rest' }
	/** Each mod finishes its run, all at once; answers when all who watch have heard of it, or after so long. */
	| { do: 'finish'; withinMs: number }
	/** Each mod sends a gate, waits until it is answered, and sends the next. */
	| { do: 'race'; seconds: number }
	/** Whoever is closed from now on comes back at once and tries until it is let in. */
	| { do: 'hold_on' }
	/** Answers once everybody is back that was connected. */
	| { do: 'all_back'; withinMs: number }
	| { do: 'leave' }

export type Counted = {
	statuses: number
	gates: number
	/** Updates that spectators got. */
	updates: number
	/** From a status to the frame that shows it, of those that may go out at once (P52). */
	latenciesMs: number[]
	/** Those that had to wait by P52. */
	held: number
}

export type Rested = {
	/** Spectators that did not see the last figures, or not all zones. */
	withoutFigures: number
	withoutZones: number
	/** Connections that were closed on us. */
	closed: number
	/** Mean bytes of an update after so many gates: one with figures alone, and one that tells of the gate. */
	lengths: Lengths
}

export type Finished = { unheard: number; seconds: number }

export type Lengths = { figures: number[]; zones: number[] }

export type Raced = { answered: number; seconds: number; latenciesMs: number[] }

export type Returned = { back: number; of: number; refused: number; seconds: number }
