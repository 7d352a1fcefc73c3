import type { Bytes } from './pour.ts'

export type Conditions = {
	range?: string | undefined
	'if-range'?: string | undefined
	'if-match'?: string | undefined
	'if-none-match'?: string | undefined
}

export type Answer = { status: 200 | 206; bytes: Bytes } | { status: 304 | 412 | 416 }

/** What a GET with these headers is answered, for a body of that size and tag (RFC 9110 §13, §14). */
export function conditional(
	headers: Conditions,
	{ etag, sizeBytes }: { etag: string; sizeBytes: number },
): Answer {
	if (headers['if-match'] !== undefined && !lists(headers['if-match'], etag)) return { status: 412 }
	if (headers['if-none-match'] !== undefined && lists(headers['if-none-match'], etag)) return { status: 304 }
	// No date is ever sent, so an If-Range with a date cannot match.
	const stillSame = headers['if-range'] === undefined || headers['if-range'].trim() === etag
	const range = stillSame ? parseRange(headers.range, sizeBytes) : undefined
	if (range === 'unsatisfiable') return { status: 416 }
	return range ? { status: 206, bytes: range } : { status: 200, bytes: { start: 0, end: sizeBytes } }
}

function lists(header: string, etag: string): boolean {
	return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}

/** A single range; several or malformed ones are answered with the whole, as the standard allows. */
function parseRange(header: string | undefined, sizeBytes: number): Bytes | 'unsatisfiable' | undefined {
	const match = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(header?.trim() ?? '')
	if (!match || (match[1] === '' && match[2] === '')) return undefined
	if (match[1] === '') {
		const last = Math.min(Number(match[2]), sizeBytes)
		return last === 0 ? 'unsatisfiable' : { start: sizeBytes - last, end: sizeBytes }
	}
	const start = Number(match[1])
	const end = match[2] === '' ? sizeBytes : Math.min(Number(match[2]) + 1, sizeBytes)
	if (match[2] !== '' && Number(match[2]) < start) return undefined
	return start < sizeBytes ? { start, end } : 'unsatisfiable'
}
