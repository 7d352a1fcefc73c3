import type { Memory } from './memory.ts'
import type { Image, Section } from './pe.ts'
import { SIGNATURES, STATIC_NAMES, type Signature, type StaticName } from './signatures.ts'

/** Where a signature was found and what it names; both are counted from where the image begins. */
export type Hit = { rva: number; staticRva: number }

type Tried = { signature: Signature; hits: readonly Hit[] }

/** `rva` is null where no signature tells. */
export type Located = Record<StaticName, { rva: number | null; tried: Tried[] }>

export type ScanOptions = {
	memory: Memory
	base: bigint
	image: Image
	/** Gives everything else its turn between two pieces of work. */
	pause: () => Promise<void>
}

/** One piece of work: read and searched in a few milliseconds. */
const CHUNK_BYTES = 0x8_0000
const PAGE_BYTES = 0x1000
/** A signature found this often says nothing, however much oftener it is there. */
const MOST_HITS = 100

/**
 * Finds the statics. A signature counts when it is there exactly once and names a place for data; the next one is
 * looked for only where the one before does not count, unless `every` is asked for.
 */
export async function locate(options: ScanOptions, every = false): Promise<Located> {
	const located = Object.fromEntries(
		STATIC_NAMES.map((name) => [name, { rva: null, tried: [] }]),
	) as unknown as Located
	for (let round = 0; ; round++) {
		const due = STATIC_NAMES.flatMap((name) => {
			const signature = SIGNATURES[name][round]
			return signature && (every || located[name].rva === null) ? [{ name, signature }] : []
		})
		if (due.length === 0) return located
		const found = await scan(
			options,
			due.map(({ signature }) => signature),
		)
		due.forEach(({ name, signature }, index) => {
			const hits = found[index]!
			const [hit] = hits
			if (hit && hits.length === 1 && isForData(options.image, hit)) located[name].rva ??= hit.staticRva
			located[name].tried.push({ signature, hits })
		})
	}
}

/** For each signature every place in the image's code where it stands. */
export async function scan(
	{ memory, base, image, pause }: ScanOptions,
	signatures: readonly Signature[],
): Promise<Hit[][]> {
	const searches = signatures.map(prepare)
	const overlap = Math.max(...signatures.map(({ bytes }) => bytes.length)) - 1
	const room = Buffer.allocUnsafe(CHUNK_BYTES + overlap)
	for (const { rva, sizeBytes } of codeOf(image)) {
		for (let at = 0; at < sizeBytes; at += CHUNK_BYTES) {
			const length = Math.min(CHUNK_BYTES + overlap, sizeBytes - at)
			const chunk = readWithGaps(memory, base + BigInt(rva + at), room.subarray(0, length))
			for (const one of searches) search(one, chunk, rva + at)
			await pause()
		}
	}
	return searches.map(({ hits }) => hits)
}

function codeOf({ sections }: Image): readonly Section[] {
	const text = sections.filter(({ name }) => name === '.text')
	return text.length > 0 ? text : sections.filter(({ isCode }) => isCode)
}

function isForData({ sections }: Image, { staticRva }: Hit): boolean {
	return sections.some(
		({ rva, sizeBytes, isWritable, isCode }) =>
			isWritable && !isCode && staticRva >= rva && staticRva + 8 <= rva + sizeBytes,
	)
}

type Search = { signature: Signature; anchor: { at: number; bytes: Buffer }; hits: Hit[] }

/** A search looks for the longest run of given bytes, and at the rest only where that stands. */
function prepare(signature: Signature): Search {
	let anchor = { at: 0, bytes: Buffer.alloc(0) }
	let run: number[] = []
	for (const [index, byte] of [...signature.bytes, null].entries()) {
		if (byte !== null) {
			run.push(byte)
			continue
		}
		if (run.length > anchor.bytes.length) anchor = { at: index - run.length, bytes: Buffer.from(run) }
		run = []
	}
	return { signature, anchor, hits: [] }
}

function search({ signature, anchor, hits }: Search, chunk: Buffer, chunkRva: number) {
	const { bytes, distanceAt, nextInstructionAt } = signature
	let found = chunk.indexOf(anchor.bytes, anchor.at)
	for (; found >= 0 && hits.length < MOST_HITS; found = chunk.indexOf(anchor.bytes, found + 1)) {
		const start = found - anchor.at
		// What begins in the overlap is the next chunk's.
		if (start >= CHUNK_BYTES || start + bytes.length > chunk.length) return
		if (!bytes.every((byte, index) => byte === null || byte === chunk[start + index])) continue
		const staticRva = chunkRva + start + nextInstructionAt + chunk.readInt32LE(start + distanceAt)
		hits.push({ rva: chunkRva + start, staticRva })
	}
}

/** Zeros stand for pages that are not mapped. */
function readWithGaps(memory: Memory, address: bigint, room: Buffer): Buffer {
	const { length } = room
	const whole = memory.read(address, length, room)
	if (whole) return whole
	room.fill(0)
	for (let at = 0; at < length;) {
		const part = Math.min(length - at, PAGE_BYTES - Number((address + BigInt(at)) % BigInt(PAGE_BYTES)))
		memory.read(address + BigInt(at), part)?.copy(room, at)
		at += part
	}
	return room
}
