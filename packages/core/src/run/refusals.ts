/** What an `error` says of a message that was well-formed. The text is part of the protocol. */
export const refusals = {
	/** P17: the run is over. */
	notActive: 'Training session not active',
	/** P18: the game shows a save that was played before. */
	oldSave: 'This save already holds progress: close the game, start it again, new character',
	/** More moves than any game can make. */
	full: 'This run has too many visits',
} as const

/** The released mod shows no `error`, but it shows a zone's name (P18). */
export const oldSaveZoneName = 'Old save: restart game, new character'
