import { crc32 } from 'node:zlib'
import { SATURATED_16, SATURATED_32 } from './read-directory.ts'
import type { Directory, ZipEntry } from './read-directory.ts'

/** A zip with a file added: the first `keepBytes` of the stored file as they are, then `tail`. */
export type Spliced = { keepBytes: number; tail: Buffer }

export type AddedFile = {
	/** Below the zip's single top folder where it has one, else from the root; ASCII, `/` between folders. */
	name: string
	content: Buffer
	modifiedAt: Date
}

const STORED = 0
const VERSION_FOLDERS = 20
const VERSION_ZIP64 = 45
const MADE_BY_UNIX = 3 << 8
const REGULAR_FILE_MODE = 0o100644
const UTF8_NAMES = 1 << 11

/**
 * Adds one stored file behind the last entry's data, so that all old offsets stay valid, and leaves an
 * older entry of that name out of the directory.
 */
export function splice(directory: Directory, file: AddedFile): Spliced {
	const top = topFolder(directory.entries)
	const rawName = top + file.name
	const utf8 = (directory.entries[0]?.flags ?? 0) & UTF8_NAMES
	const header = commonHeader(file, { nameBytes: rawName.length, flags: top === '' ? 0 : utf8 })
	const local = concat(
		uint32(0x04034b50),
		uint16(VERSION_FOLDERS),
		header,
		uint16(0),
		latin1(rawName),
		file.content,
	)
	const records = keptRecords(directory, rawName)
	const record = directoryRecord(header, rawName, directory.offset)
	return {
		keepBytes: directory.offset,
		tail: concat(
			local,
			...records,
			record,
			endRecords({
				count: records.length + 1,
				sizeBytes: records.reduce((sum, { length }) => sum + length, record.length),
				offset: directory.offset + local.length,
				comment: directory.comment,
				zip64: directory.zip64,
			}),
		),
	}
}

/** `name/` where every entry lives below that one folder, else empty. */
function topFolder(entries: readonly ZipEntry[]): string {
	const first = entries[0]?.rawName.split(/[/\\]/, 2)
	if (!first || first.length < 2 || first[0] === '') return ''
	const inside = new Set(['/', '\\'].map((separator) => first[0] + separator))
	const all = entries.every(({ rawName }) => inside.has(rawName.slice(0, first[0]!.length + 1)))
	return all ? `${first[0]}/` : ''
}

/** Windows, where packs are unpacked, does not tell names by case. */
function keptRecords({ entries, records }: Directory, rawName: string): Buffer[] {
	const same = foldName(rawName)
	return entries
		.filter((entry) => foldName(entry.rawName) !== same)
		.map(({ start, end }) => records.subarray(start, end))
}

function foldName(rawName: string): string {
	return rawName.replaceAll('\\', '/').replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** From the flags to the length of the name: the part that local header and directory record share. */
function commonHeader(
	{ content, modifiedAt }: AddedFile,
	name: { nameBytes: number; flags: number },
): Buffer {
	const { time, date } = dosTime(modifiedAt)
	return concat(
		uint16(name.flags),
		uint16(STORED),
		uint16(time),
		uint16(date),
		uint32(crc32(content)),
		uint32(content.length),
		uint32(content.length),
		uint16(name.nameBytes),
	)
}

function directoryRecord(header: Buffer, rawName: string, localOffset: number): Buffer {
	const wide = localOffset >= SATURATED_32
	const version = wide ? VERSION_ZIP64 : VERSION_FOLDERS
	const extra = wide ? concat(uint16(1), uint16(8), uint64(localOffset)) : Buffer.alloc(0)
	const attributes = uint32(REGULAR_FILE_MODE * 0x10000)
	return concat(
		uint32(0x02014b50),
		uint16(MADE_BY_UNIX | version),
		uint16(version),
		header,
		uint16(extra.length),
		uint16(0),
		uint16(0),
		uint16(0),
		attributes,
		uint32(Math.min(localOffset, SATURATED_32)),
		latin1(rawName),
		extra,
	)
}

type EndFields = { count: number; sizeBytes: number; offset: number; comment: Buffer; zip64: boolean }

function endRecords({ count, sizeBytes, offset, comment, zip64 }: EndFields): Buffer {
	const wide = zip64 || count >= SATURATED_16 || sizeBytes >= SATURATED_32 || offset >= SATURATED_32
	const end64 = concat(
		uint32(0x06064b50),
		uint64(44),
		uint16(MADE_BY_UNIX | VERSION_ZIP64),
		uint16(VERSION_ZIP64),
		uint32(0),
		uint32(0),
		uint64(count),
		uint64(count),
		uint64(sizeBytes),
		uint64(offset),
	)
	const locator = concat(uint32(0x07064b50), uint32(0), uint64(offset + sizeBytes), uint32(1))
	return concat(
		...(wide ? [end64, locator] : []),
		uint32(0x06054b50),
		uint16(0),
		uint16(0),
		uint16(Math.min(count, SATURATED_16)),
		uint16(Math.min(count, SATURATED_16)),
		uint32(Math.min(sizeBytes, SATURATED_32)),
		uint32(Math.min(offset, SATURATED_32)),
		uint16(comment.length),
		comment,
	)
}

/** Two-second steps since 1980, here of the UTC time so that the bytes do not follow the server's zone. */
function dosTime(at: Date): { time: number; date: number } {
	const year = Math.min(Math.max(at.getUTCFullYear(), 1980), 2107)
	return {
		time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
		date: ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
	}
}

function concat(...parts: Buffer[]): Buffer {
	return Buffer.concat(parts)
}

function latin1(text: string): Buffer {
	return Buffer.from(text, 'latin1')
}

function uint16(value: number): Buffer {
	const buffer = Buffer.alloc(2)
	buffer.writeUInt16LE(value)
	return buffer
}

function uint32(value: number): Buffer {
	const buffer = Buffer.alloc(4)
	buffer.writeUInt32LE(value)
	return buffer
}

function uint64(value: number): Buffer {
	const buffer = Buffer.alloc(8)
	buffer.writeBigUInt64LE(BigInt(value))
	return buffer
}
