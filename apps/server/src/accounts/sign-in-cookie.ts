import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { LocalPath } from './local-path.ts'

/** A sign-in that is under way: kept by the browser it was begun in, and by nobody else. */
export type Begun = z.infer<typeof Begun>

const Begun = z.object({
	state: z.string(),
	/** PKCE: only who began the sign-in can exchange its code. */
	verifier: z.string(),
	redirect: LocalPath,
	endsMs: z.number(),
})

export const SIGN_IN_SECONDS = 600
const STATE_BYTES = 16
const VERIFIER_BYTES = 32

export function begin(redirect: string, nowMs: number): Begun {
	return {
		state: randomBytes(STATE_BYTES).toString('base64url'),
		verifier: randomBytes(VERIFIER_BYTES).toString('base64url'),
		redirect,
		endsMs: nowMs + SIGN_IN_SECONDS * 1000,
	}
}

export function challengeOf({ verifier }: Begun): string {
	return createHash('sha256').update(verifier).digest('base64url')
}

/** The cookie's value: signed, so that another site of the same domain cannot set one of its own making. */
export function seal(begun: Begun, secretKey: Buffer): string {
	const text = Buffer.from(JSON.stringify(begun)).toString('base64url')
	return `${text}.${sign(text, secretKey).toString('base64url')}`
}

/** What was sealed; undefined for anything else, and for a sign-in that took too long. */
export function unseal(value: string | undefined, secretKey: Buffer, nowMs: number): Begun | undefined {
	const [text, signature] = value?.split('.', 2) ?? []
	if (text === undefined || signature === undefined) return undefined
	const expected = sign(text, secretKey)
	const presented = Buffer.from(signature, 'base64url')
	if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) return undefined
	const read = Begun.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()))
	return read.success && read.data.endsMs > nowMs ? read.data : undefined
}

export function isStateOf({ state }: Begun, presented: string | undefined): boolean {
	const [given, expected] = [Buffer.from(presented ?? ''), Buffer.from(state)]
	return given.length === expected.length && timingSafeEqual(given, expected)
}

// Run tokens are made with the same key from bare ids: the prefix keeps the two apart.
function sign(text: string, secretKey: Buffer): Buffer {
	return createHmac('sha256', secretKey).update(`sign-in:${text}`).digest()
}
