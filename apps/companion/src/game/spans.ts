import type { Memory } from './memory.ts'

/** A piece of memory that is wanted. */
export type Span = { address: bigint; length: number }

/** One read that fetches several spans, each time into the same room. */
export type Fetch = { address: bigint; length: number; spans: readonly Span[]; room: Buffer }

/** So much more in one read costs less than another read does, on Wine far less. */
const GAP_BYTES = 0x1_0000n

/** Few large reads for many small ones: each read is a call into the system, and sees one instant. */
export function plan(spans: readonly Span[]): Fetch[] {
	const fetches: { address: bigint; length: number; spans: Span[] }[] = []
	for (const span of [...spans].sort((a, b) => (a.address < b.address ? -1 : 1))) {
		const last = fetches.at(-1)
		const end = last && last.address + BigInt(last.length)
		if (!last || end === undefined || span.address > end + GAP_BYTES) {
			fetches.push({ ...span, spans: [span] })
			continue
		}
		last.length = Math.max(last.length, Number(span.address - last.address) + span.length)
		last.spans.push(span)
	}
	return fetches.map((fetch) => ({ ...fetch, room: Buffer.allocUnsafe(fetch.length) }))
}

/** What stands in each span, until it is read the next time; one that could not be read is missing. */
export function read(memory: Memory, fetches: readonly Fetch[]): ReadonlyMap<Span, Buffer> {
	const found = new Map<Span, Buffer>()
	for (const { address, length, spans, room } of fetches) {
		const bytes = memory.read(address, length, room)
		for (const span of spans) {
			const at = Number(span.address - address)
			// A gap that is not mapped is no reason to miss what lies around it.
			const part = bytes ? bytes.subarray(at, at + span.length) : memory.read(span.address, span.length)
			if (part) found.set(span, part)
		}
	}
	return found
}
