import type { FileHandle } from 'node:fs/promises'

/** A zip that cannot be used; the message is a sentence for whoever put the file there. */
export class BadZip extends Error {
	override name = 'BadZip'
}

export type ZipEntry = {
	/** The name's bytes, one character each: what they mean depends on `flags` and the extra fields. */
	rawName: string
	extra: Buffer
	flags: number
	method: number
	crc32: number
	compressedBytes: number
	sizeBytes: number
	localOffset: number
	/** Unix file mode, 0 where the zip has none. */
	mode: number
	/** Its record in the directory: [start, end). */
	start: number
	end: number
}

/** Where things are in a zip: everything before `offset` is the entries' data. */
export type Directory = {
	offset: number
	records: Buffer
	entries: ZipEntry[]
	comment: Buffer
	zip64: boolean
}

const END = { signature: 0x06054b50, bytes: 22 }
const LOCATOR = { signature: 0x07064b50, bytes: 20 }
const END64 = { signature: 0x06064b50, bytes: 56 }
const RECORD = { signature: 0x02014b50, bytes: 46 }
const MAX_COMMENT_BYTES = 0xffff
const MAX_DIRECTORY_BYTES = 32 * 1024 * 1024
const UNIX = 3
const NOTHING = Buffer.alloc(0)
export const SATURATED_16 = 0xffff
export const SATURATED_32 = 0xffffffff

type End = { offset: number; sizeBytes: number; count: number; comment: Buffer; zip64: boolean }

/** Reads and checks the end record and the central directory; throws `BadZip`. */
export async function readDirectory(handle: FileHandle, fileBytes: number): Promise<Directory> {
	const end = await findEnd(handle, fileBytes)
	if (end.sizeBytes > MAX_DIRECTORY_BYTES) throw new BadZip('its directory is larger than 32 MiB')
	const records = await readExactly(handle, end.offset, end.sizeBytes)
	return { ...end, records, entries: parseRecords(records, end) }
}

/** Reads exactly that many bytes; a file that ends before them is damaged. */
export async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
	const buffer = Buffer.allocUnsafe(length)
	for (let read = 0; read < length;) {
		const { bytesRead } = await handle.read(buffer, read, length - read, position + read)
		if (bytesRead === 0) throw new BadZip('the file ends too early')
		read += bytesRead
	}
	return buffer
}

/**
 * The comment may hold the end record's signature, so a candidate counts only if its own comment reaches
 * the end of the file and its directory ends where the end records begin.
 */
async function findEnd(handle: FileHandle, fileBytes: number): Promise<End> {
	const tailBytes = Math.min(fileBytes, END64.bytes + LOCATOR.bytes + END.bytes + MAX_COMMENT_BYTES)
	const tail = await readExactly(handle, fileBytes - tailBytes, tailBytes)
	let seen = false
	for (let at = tailBytes - END.bytes; at >= 0; at--) {
		if (tail.readUInt32LE(at) !== END.signature) continue
		if (at + END.bytes + tail.readUInt16LE(at + 20) !== tailBytes) continue
		seen = true
		const end = await readEnd(handle, tail, at, fileBytes - tailBytes)
		if (end) return end
	}
	throw new BadZip(seen ? 'its end record does not fit its directory' : 'it is no zip file, or cut short')
}

async function readEnd(handle: FileHandle, tail: Buffer, at: number, tailStart: number): Promise<End | null> {
	const comment = Buffer.from(tail.subarray(at + END.bytes))
	const locatorAt = at - LOCATOR.bytes
	if (locatorAt >= 0 && tail.readUInt32LE(locatorAt) === LOCATOR.signature) {
		const end64At = Number(tail.readBigUInt64LE(locatorAt + 8))
		if (end64At + END64.bytes > tailStart + locatorAt) return null
		const end64 = await readExactly(handle, end64At, END64.bytes)
		if (end64.readUInt32LE(0) !== END64.signature) return null
		if (end64.readUInt32LE(16) !== 0 || end64.readUInt32LE(20) !== 0)
			throw new BadZip('it spans several disks')
		const count = Number(end64.readBigUInt64LE(32))
		const sizeBytes = Number(end64.readBigUInt64LE(40))
		const offset = Number(end64.readBigUInt64LE(48))
		return offset + sizeBytes === end64At ? { offset, sizeBytes, count, comment, zip64: true } : null
	}
	const count = tail.readUInt16LE(at + 10)
	const sizeBytes = tail.readUInt32LE(at + 12)
	const offset = tail.readUInt32LE(at + 16)
	if (offset + sizeBytes !== tailStart + at) return null
	if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 6) !== 0)
		throw new BadZip('it spans several disks')
	return { offset, sizeBytes, count, comment, zip64: false }
}

function parseRecords(records: Buffer, { offset, count }: End): ZipEntry[] {
	const entries: ZipEntry[] = []
	let at = 0
	while (at < records.length) {
		const entry = at + RECORD.bytes <= records.length ? parseRecord(records, at) : undefined
		if (!entry || entry.end > records.length) throw new BadZip('its directory is damaged')
		if (entry.localOffset >= offset) throw new BadZip('an entry points outside the file')
		entries.push(entry)
		at = entry.end
	}
	if (entries.length !== count) throw new BadZip('its directory has another number of entries than it says')
	return entries
}

function parseRecord(records: Buffer, start: number): ZipEntry | undefined {
	if (records.readUInt32LE(start) !== RECORD.signature) return undefined
	const nameEnd = start + RECORD.bytes + records.readUInt16LE(start + 28)
	const extraEnd = nameEnd + records.readUInt16LE(start + 30)
	// A view of a buffer is dear where there are many, and most have nothing there.
	const extra = nameEnd === extraEnd ? NOTHING : records.subarray(nameEnd, extraEnd)
	const { sizeBytes, compressedBytes, localOffset } = widen(extra, {
		sizeBytes: records.readUInt32LE(start + 24),
		compressedBytes: records.readUInt32LE(start + 20),
		localOffset: records.readUInt32LE(start + 42),
	})
	const madeByUnix = records.readUInt8(start + 5) === UNIX
	return {
		sizeBytes,
		compressedBytes,
		localOffset,
		rawName: records.toString('latin1', start + RECORD.bytes, nameEnd),
		extra,
		flags: records.readUInt16LE(start + 8),
		method: records.readUInt16LE(start + 10),
		crc32: records.readUInt32LE(start + 16),
		mode: madeByUnix ? records.readUInt32LE(start + 38) >>> 16 : 0,
		start,
		end: extraEnd + records.readUInt16LE(start + 32),
	}
}

type Sizes = { sizeBytes: number; compressedBytes: number; localOffset: number }

/** ZIP64's extra field holds, in this order, those of the three that do not fit into 32 bits. */
function widen(extra: Buffer, sizes: Sizes): Sizes {
	if (Math.max(sizes.sizeBytes, sizes.compressedBytes, sizes.localOffset) < SATURATED_32) return sizes
	const names = (['sizeBytes', 'compressedBytes', 'localOffset'] as const).filter(
		(name) => sizes[name] === SATURATED_32,
	)
	const wide = { ...sizes }
	for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
		if (extra.readUInt16LE(at) !== 1) continue
		for (const [index, name] of names.entries()) {
			const valueAt = at + 4 + index * 8
			if (valueAt + 8 > extra.length) throw new BadZip('a size is damaged')
			wide[name] = Number(extra.readBigUInt64LE(valueAt))
		}
	}
	return wide
}
