import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { isOwner, mayWatch } from './access.ts'
import { isModToken, modToken } from './mod-token.ts'

const ANNA = { id: '0190a1b2-0000-7000-8000-00000000000a' }
const BOB = { id: '0190a1b2-0000-7000-8000-00000000000b' }
const shareHash = createHash('sha256').update('share').digest()

it.each([
	['its owner, not shared', ANNA, null, null, true],
	['its owner, shared', ANNA, null, shareHash, true],
	['somebody else', BOB, null, null, false],
	['somebody else, while it is shared with others', BOB, null, shareHash, false],
	['somebody else with the link', BOB, 'share', shareHash, true],
	['nobody', null, null, shareHash, false],
	['nobody with the link', null, 'share', shareHash, true],
	['nobody with an old link', null, 'older', shareHash, false],
	['nobody with a link that was revoked', null, 'share', null, false],
	['nobody with an empty link', null, '', shareHash, false],
] as const)('a run may be watched by whom it should: %s', (_, person, token, hash, may) => {
	expect(mayWatch({ userId: ANNA.id, shareHash: hash }, person, token)).toBe(may)
})

it('a run is acted on by its owner only', () => {
	expect([ANNA, BOB, null].map((person) => isOwner({ userId: ANNA.id }, person))).toEqual([
		true,
		false,
		false,
	])
})

it("a mod's token fits its own session and key, letter for letter", () => {
	const key = Buffer.alloc(32, 'k')
	const token = modToken(key, ANNA.id)
	expect(token).toBe(modToken(key, ANNA.id))
	expect(Buffer.from(token, 'base64url').length).toBe(32)
	expect(isModToken(key, ANNA.id, token)).toBe(true)
	expect(isModToken(key, BOB.id, token)).toBe(false)
	expect(isModToken(Buffer.alloc(32, 'l'), ANNA.id, token)).toBe(false)
	for (const wrong of [
		'',
		token.slice(1),
		`${token}=`,
		` ${token}`,
		token.toUpperCase(),
		'\u0000',
		'x'.repeat(10_000),
	])
		expect(isModToken(key, ANNA.id, wrong)).toBe(false)
})
