/** The server cannot start; the message is one sentence for the person who starts it. */
export class Refused extends Error {
	override name = 'Refused'
}
