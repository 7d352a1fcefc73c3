import { describe, expect, it } from 'vitest'
import { afterDown, type Down } from './backoff.ts'

const middle = () => 0.5
const lost: Down = { code: 1006, why: 'The connection was lost' }

describe('afterDown', () => {
	it('[P6] waits 1, 2, 4 … 30 seconds, and never longer', () => {
		const waits = [0, 1, 2, 3, 4, 5, 6, 1000].map((attempt) => afterDown(lost, attempt, middle))
		expect(waits.map((next) => next.do === 'retry' && next.afterMs)).toEqual([
			1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
		])
	})

	it('[C9] spreads the waits of many clients by a fifth to both sides', () => {
		expect(afterDown(lost, 0, () => 0)).toMatchObject({ afterMs: 800 })
		expect(afterDown(lost, 0, () => 1)).toMatchObject({ afterMs: 1200 })
	})

	const table: [string, Down, object][] = [
		[
			'[C9] stops with the words of a wrong token',
			{ refusal: 'Invalid mod token or session', code: 4003, why: '' },
			{ do: 'stop', why: 'Invalid mod token or session' },
		],
		[
			'[C9] stops with the words of a run that has ended',
			{ refusal: 'Training session is not active', code: 4003, why: '' },
			{ do: 'stop', why: 'Training session is not active' },
		],
		[
			'looks again after 30 s where another client reports the run',
			{ refusal: 'Already connected from another client', code: 4003, why: '' },
			{ do: 'retry', afterMs: 30_000, occupied: true },
		],
		[
			'stops at a 4003 without words',
			{ code: 4003, why: 'The server closed: Not allowed' },
			{ do: 'stop', why: 'The server closed: Not allowed' },
		],
		['[P40] rests 30 s after 4008', { code: 4008, why: '' }, { do: 'retry', afterMs: 33_000 }],
		['[P40] rests 30 s after 1013', { code: 1013, why: '' }, { do: 'retry', afterMs: 33_000 }],
		[
			'rests 30 s after a refusal for want of a database',
			{ refusal: 'Try again later', code: 1013, why: '' },
			{ do: 'retry', afterMs: 33_000 },
		],
		['rests 30 s after HTTP 429', { code: 1006, httpStatus: 429, why: '' }, { do: 'retry', afterMs: 33_000 }],
		['comes back soon after a restart', { code: 1012, why: '' }, { do: 'retry', afterMs: 1000 }],
		['comes back soon after being replaced', { code: 4009, why: '' }, { do: 'retry', afterMs: 1000 }],
	]
	it.each(table)('%s', (_title, down, next) => {
		expect(afterDown(down, 0, middle)).toMatchObject(next)
	})
})
