import type { z } from 'zod'
import { maxInt32 } from './limits.ts'
import { ModAuth, ModMessage } from './mod.ts'
import { SpectatorAuth } from './spectator.ts'

/** `problem` is one line that names the field. `seq` where it could be read: it is acknowledged (P40). */
export type ModFrame =
	{ ok: true; message: ModMessage } | { ok: false; problem: string; seq?: number | undefined }
export type AuthFrame<T> = { ok: true; auth: T } | { ok: false; problem: string }

type StatusUpdate = Extract<ModMessage, { type: 'status_update' }>

/** Any frame of a mod after its `auth` (P30). Takes any text, never throws. */
export function readModFrame(text: string): ModFrame {
	const json = parse(text)
	if (!json.ok) return json
	const status = plainStatus(json.object)
	if (status) return { ok: true, message: status }
	const message = ModMessage.safeParse(json.object)
	if (message.success) return { ok: true, message: message.data }
	return { ok: false, problem: problemOf(message.error), seq: readableSeq(json.object) }
}

/** The first frame of a mod (P2). The problem fits the 50 characters that the released mod shows. */
export function readModAuth(text: string): AuthFrame<ModAuth> {
	const json = parse(text)
	if (!json.ok) return json
	if (json.object.type !== 'auth') return { ok: false, problem: 'The first frame must be of type auth' }
	const auth = ModAuth.safeParse(json.object)
	if (!auth.success) return { ok: false, problem: 'auth needs a mod_token (text)' }
	return { ok: true, auth: auth.data }
}

/** The first frame of a spectator (P50). */
export function readSpectatorAuth(text: string): AuthFrame<SpectatorAuth> {
	const json = parse(text)
	if (!json.ok) return json
	const auth = SpectatorAuth.safeParse(json.object)
	return auth.success ? { ok: true, auth: auth.data } : { ok: false, problem: problemOf(auth.error) }
}

type Parsed = { ok: true; object: Record<string, unknown> } | { ok: false; problem: string }

function parse(text: string): Parsed {
	let json: unknown
	try {
		json = JSON.parse(text)
	} catch {
		return { ok: false, problem: 'The frame is not JSON' }
	}
	if (typeof json !== 'object' || json === null || Array.isArray(json))
		return { ok: false, problem: 'The frame is not a JSON object' }
	return { ok: true, object: json as Record<string, unknown> }
}

/**
 * Nearly every frame is a status as mods write it. Looked at by hand it costs a tenth of what the schema
 * costs, which decides about all that is not just like it.
 */
function plainStatus(object: Record<string, unknown>): StatusUpdate | undefined {
	const { type, igt_ms, death_count, seq } = object
	if (type !== 'status_update' || !isWithin(igt_ms, 0, maxInt32) || !isWithin(death_count, 0, maxInt32))
		return undefined
	if (seq === undefined) return { type, igt_ms, death_count }
	return isWithin(seq, 1, Number.MAX_SAFE_INTEGER) ? { type, igt_ms, death_count, seq } : undefined
}

function isWithin(value: unknown, least: number, most: number): value is number {
	return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

function problemOf(error: z.ZodError): string {
	const issue = error.issues[0]
	if (issue === undefined) return 'The frame is malformed'
	if (issue.code === 'invalid_union') return 'type: not one that can be sent here'
	return `${issue.path.join('.')}: ${issue.message.replace('Invalid input: ', '')}`
}

function readableSeq(object: Record<string, unknown>): number | undefined {
	return Number.isSafeInteger(object.seq) && (object.seq as number) > 0 ? (object.seq as number) : undefined
}
