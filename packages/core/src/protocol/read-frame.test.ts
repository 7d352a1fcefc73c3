import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxInt32 } from './limits.ts'
import { ModMessage } from './mod.ts'
import { readModAuth, readModFrame, readSpectatorAuth } from './read-frame.ts'
import { brokenFrames, isSound } from './testing.ts'

const frame = (value: unknown) => readModFrame(JSON.stringify(value))
const status = { type: 'status_update', igt_ms: 1500, death_count: 2 }
const flag = { type: 'event_flag', flag_id: 1_050_294_000, igt_ms: 1500 }

describe('frames of a mod', () => {
	test.each([
		[status],
		[{ ...status, seq: 1 }],
		[flag],
		[{ ...flag, igt_ms: 0, flag_id: 2 ** 32 - 1 }],
		[{ ...flag, igt_ms: 2 ** 31 - 1, seq: Number.MAX_SAFE_INTEGER }],
		[{ type: 'zone_query' }],
		[{ type: 'zone_query', grace_entity_id: 10_000_950, map_id: 'm10_00_00_00' }],
		[{ type: 'finished', igt_ms: 9 }],
		[{ type: 'ready' }],
		[{ type: 'pong' }],
	])('%j is taken as it is', (value) => {
		expect(frame(value)).toEqual({ ok: true, message: value })
	})

	test('fields that the protocol does not know are dropped', () => {
		expect(frame({ ...status, extra: [1], __proto__x: 1 })).toEqual({ ok: true, message: status })
	})

	test.each([
		['a boolean is no integer', { ...status, igt_ms: true }, 'igt_ms'],
		['text is no integer', { ...status, igt_ms: '5' }, 'igt_ms'],
		['null is no integer', { ...flag, igt_ms: null }, 'igt_ms'],
		['a fraction is no integer', { ...flag, igt_ms: 1.5 }, 'igt_ms'],
		['a negative time', { ...status, igt_ms: -1 }, 'igt_ms'],
		['a time over 31 bits', { ...status, igt_ms: 2 ** 31 }, 'igt_ms'],
		['a missing time', { type: 'finished' }, 'igt_ms'],
		['a negative death count', { ...status, death_count: -1 }, 'death_count'],
		['a death count over 31 bits', { ...status, death_count: 2 ** 31 }, 'death_count'],
		['a missing death count', { type: 'status_update', igt_ms: 1 }, 'death_count'],
		['a flag over 32 bits', { ...flag, flag_id: 2 ** 32 }, 'flag_id'],
		['a missing flag', { type: 'event_flag', igt_ms: 1 }, 'flag_id'],
		['a list for a flag', { ...flag, flag_id: [1] }, 'flag_id'],
		['a seq that is not positive', { ...flag, seq: 0 }, 'seq'],
		['an unknown type', { type: 'teleport' }, 'type'],
		['a second auth', { type: 'auth', mod_token: 'x' }, 'type'],
		['no type', { igt_ms: 1 }, 'type'],
		['a type that is no text', { type: 7 }, 'type'],
	])('[P30] %s is refused and the error names the field', (_, value, field) => {
		const read = frame(value)
		expect(read).toMatchObject({ ok: false, problem: expect.stringMatching(new RegExp(`^${field}:`)) })
	})

	test('[P30] a number that is not finite is refused', () => {
		const read = readModFrame('{"type":"status_update","igt_ms":1e400,"death_count":0}')
		expect(read).toMatchObject({ ok: false, problem: expect.stringContaining('igt_ms') })
	})

	test('[P30] a status is read as its schema reads it, whatever its fields', () => {
		const numbers = fc.oneof(
			fc.constantFrom(-1, -0, 0, 1, 0.5, maxInt32, maxInt32 + 1, Number.MAX_SAFE_INTEGER, 2 ** 53),
			fc.constantFrom(null, true, '5', [1], {}),
			fc.nat(),
		)
		const statuses = fc.record(
			{
				type: fc.constant('status_update'),
				igt_ms: numbers,
				death_count: numbers,
				seq: numbers,
				more: numbers,
			},
			{ requiredKeys: ['type'] },
		)
		fc.assert(
			fc.property(statuses, (value) => {
				const expected = ModMessage.safeParse(value)
				const read = readModFrame(JSON.stringify(value))
				expect(read.ok).toBe(expected.success)
				if (read.ok) expect(JSON.stringify(read.message)).toBe(JSON.stringify(expected.data))
			}),
			{ numRuns: 2_000 },
		)
	})

	test.each([[''], ['{'], ['nonsense'], ['"text"'], ['[]'], ['null'], ['7'], ['\u0000']])(
		'[P30] %j is no frame',
		(text) => expect(readModFrame(text)).toMatchObject({ ok: false, problem: expect.stringMatching('JSON') }),
	)

	test('[P40] the seq of a refused frame is read where it can be', () => {
		expect(frame({ ...flag, igt_ms: -1, seq: 7 })).toMatchObject({ ok: false, seq: 7 })
		expect(frame({ type: 'nonsense', seq: 8 })).toMatchObject({ ok: false, seq: 8 })
		expect(frame({ ...flag, seq: -1 })).toMatchObject({ ok: false, seq: undefined })
	})

	test.each([
		[{ grace_entity_id: null, map_id: null }],
		[{ grace_entity_id: 'x', map_id: 'm10_00' }],
		[{ grace_entity_id: -1, map_id: 5 }],
		[{ grace_entity_id: 1.5, map_id: {} }],
		[{ position: [null, 'NaN', true], play_region_id: 'x' }],
	])('[P20] a zone query with %j counts these fields as absent', (fields) => {
		const read = frame({ type: 'zone_query', ...fields })
		expect(read).toMatchObject({ ok: true })
		expect(JSON.parse(JSON.stringify(read))).toEqual({ ok: true, message: { type: 'zone_query' } })
	})

	test('[P30] no text makes the reader throw, and every problem is one short line', () => {
		const nearMiss = fc.record(
			{
				type: fc.oneof(fc.constantFrom('status_update', 'event_flag', 'zone_query', 'finished'), fc.string()),
				igt_ms: fc.anything(),
				death_count: fc.anything(),
				flag_id: fc.anything(),
				seq: fc.anything(),
				__proto__: fc.anything(),
			},
			{ requiredKeys: [] },
		)
		const texts = fc.oneof(fc.string(), fc.json(), nearMiss.map(stringify))
		fc.assert(
			fc.property(texts, (text) => {
				const read = readModFrame(text)
				if (!read.ok) expect(read.problem).toMatch(/^[^\n]{1,120}$/)
				readModAuth(text)
				readSpectatorAuth(text)
			}),
			{ numRuns: 3_000 },
		)
	}, 60_000)

	test('[P30] a hundred thousand broken copies of good frames are read or refused, never thrown at', () => {
		fc.assert(
			fc.property(fc.integer(), (seed) => {
				for (const text of brokenFrames(seed, 1_000)) {
					const read = readModFrame(text)
					if (read.ok ? !isSound(read.message) : read.problem === '') throw new Error(text)
				}
			}),
			{ numRuns: 100 },
		)
	}, 60_000)
})

describe('the first frame', () => {
	test('[P2] an auth with a token is read, with what the client can do', () => {
		const client = { name: 'companion', version: '1.0', features: ['ack'] }
		expect(readModAuth(JSON.stringify({ type: 'auth', mod_token: 't', client }))).toEqual({
			ok: true,
			auth: { type: 'auth', mod_token: 't', client },
		})
	})

	test('[P40] a client field of another shape counts as absent: it never costs a player his run', () => {
		const read = readModAuth(JSON.stringify({ type: 'auth', mod_token: 't', client: 'mine' }))
		expect(read).toMatchObject({ ok: true, auth: { mod_token: 't' } })
		expect(read.ok && read.auth.client).toBe(undefined)
	})

	test.each([
		['{'],
		['[]'],
		['{"type":"status_update","igt_ms":1,"death_count":0}'],
		['{"type":"auth"}'],
		['{"type":"auth","mod_token":5}'],
		['{"type":"auth","mod_token":null}'],
	])('[P2] %s is refused in at most 50 characters', (text) => {
		expect(readModAuth(text)).toMatchObject({ ok: false, problem: expect.stringMatching(/^[^\n]{1,50}$/) })
	})

	test('[P50] a spectator may leave the token out, but not send another shape', () => {
		expect(readSpectatorAuth('{"type":"auth"}')).toEqual({ ok: true, auth: { type: 'auth' } })
		expect(readSpectatorAuth('{"type":"auth","token":"abc"}')).toMatchObject({ auth: { token: 'abc' } })
		for (const text of ['', '{}', '{"type":"auth","token":5}', '{"type":"ping"}', '"auth"'])
			expect(readSpectatorAuth(text)).toMatchObject({ ok: false })
	})
})

function stringify(value: unknown): string {
	try {
		return JSON.stringify(value) ?? ''
	} catch {
		// BigInt and circles cannot be sent at all.
		return ''
	}
}
