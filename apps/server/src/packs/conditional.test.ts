import { describe, expect, it } from 'vitest'
import { conditional } from './conditional.ts'
import type { Answer, Conditions } from './conditional.ts'

const etag = '"abc"'
const whole: Answer = { status: 200, bytes: { start: 0, end: 1000 } }
const part = (start: number, end: number): Answer => ({ status: 206, bytes: { start, end } })

describe('a conditional download', () => {
	const rows: [string, Conditions, Answer][] = [
		['no header', {}, whole],
		['a first part', { range: 'bytes=0-99' }, part(0, 100)],
		['the rest from a byte on', { range: 'bytes=400-' }, part(400, 1000)],
		['the last bytes', { range: 'bytes=-10' }, part(990, 1000)],
		['more last bytes than there are', { range: 'bytes=-5000' }, part(0, 1000)],
		['a part that reaches past the end', { range: 'bytes=900-5000' }, part(900, 1000)],
		['a single byte', { range: 'bytes=999-999' }, part(999, 1000)],
		['a part behind the end', { range: 'bytes=1000-' }, { status: 416 }],
		['no last bytes', { range: 'bytes=-0' }, { status: 416 }],
		['several parts', { range: 'bytes=0-1,5-6' }, whole],
		['a part that ends before it begins', { range: 'bytes=5-4' }, whole],
		['another unit', { range: 'lines=1-2' }, whole],
		['nothing to speak of', { range: 'bytes=-' }, whole],
		['a part of what the client knows', { range: 'bytes=400-', 'if-range': etag }, part(400, 1000)],
		['a part of an older pack', { range: 'bytes=400-', 'if-range': '"old"' }, whole],
		['a part of a weakly tagged pack', { range: 'bytes=400-', 'if-range': 'W/"abc"' }, whole],
		['a part since a date', { range: 'bytes=400-', 'if-range': 'Sun, 22 Nov 2026 17:00:00 GMT' }, whole],
		['what the client already has', { 'if-none-match': '"x", W/"abc"' }, { status: 304 }],
		['anything the client already has', { 'if-none-match': '*' }, { status: 304 }],
		['what the client does not have', { 'if-none-match': '"x"' }, whole],
		['a part only if it is the same', { range: 'bytes=1-1', 'if-match': etag }, part(1, 2)],
		['a part only if it is another', { range: 'bytes=1-1', 'if-match': '"old"' }, { status: 412 }],
	]
	it.each(rows)('of %s is answered as the standard says', (_, headers, answer) => {
		expect(conditional(headers, { etag, sizeBytes: 1000 })).toEqual(answer)
	})
})
