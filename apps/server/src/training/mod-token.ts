import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/**
 * What a run's mod signs in with. It follows from the session's id, so that a pack can be made again byte
 * for byte, and from the secret key, so that a stolen database opens nothing.
 */
export function modToken(secretKey: Buffer, sessionId: string): string {
	return createHmac('sha256', secretKey).update(sessionId).digest('base64url')
}

/** Takes the same time whether much or little of the token is right. */
export function isModToken(secretKey: Buffer, sessionId: string, token: string): boolean {
	return timingSafeEqual(hash(token), hash(modToken(secretKey, sessionId)))
}

function hash(text: string): Buffer {
	return createHash('sha256').update(text).digest()
}
