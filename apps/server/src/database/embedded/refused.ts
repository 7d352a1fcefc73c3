/** The embedded PostgreSQL cannot start here; the message is one sentence for the person who starts it. */
export class EmbeddedRefused extends Error {
	override name = 'EmbeddedRefused'
}
