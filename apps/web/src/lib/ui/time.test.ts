import { expect, it } from 'vitest'
import { ago } from './time.ts'

const now = new Date('2026-05-20T12:00:00Z')
const before = (seconds: number) => ago(new Date(now.getTime() - seconds * 1000), now, 'en')

it.each([
	[10, 'just now'],
	[120, '2 minutes ago'],
	[3 * 3600, '3 hours ago'],
	[86_400, 'yesterday'],
	[3 * 86_400, '3 days ago'],
	[20 * 86_400, 'Apr 30'],
	[400 * 86_400, 'Apr 15, 2025'],
])('says %i seconds ago as "%s"', (seconds, words) => {
	expect(before(seconds)).toBe(words)
})
