import { closeSync, openSync, readSync } from 'node:fs'
import type { Memory } from './memory.ts'
import type { Version } from './version.ts'

/** What the headers of a program for Windows say, wherever they were read from. */
export type Image = { sizeBytes: number; sections: readonly Section[]; resourcesRva: number | null }

/** Places in an image are counted from where it begins in memory: relative virtual addresses. */
export type Section = {
	name: string
	rva: number
	sizeBytes: number
	isCode: boolean
	isWritable: boolean
	/** Where it stands in the file. */
	file: { offset: number; sizeBytes: number }
}

export type ReadRva = (rva: number, length: number) => Buffer | null

export const MZ = 0x5a4d
const PE = 0x4550
const PE32_PLUS = 0x20b
const HEADER_BYTES = 0x1000
const SECTION_BYTES = 40
const HAS_CODE = 0x20
const EXECUTABLE = 0x2000_0000
const WRITABLE = 0x8000_0000

export function inMemory(memory: Memory, base: bigint): ReadRva {
	return (rva, length) => memory.read(base + BigInt(rva), length)
}

/** Null unless it is a 64-bit program for Windows. */
export function readImage(read: ReadRva): Image | null {
	const header = read(0, HEADER_BYTES)
	if (!header || header.readUInt16LE() !== MZ) return null
	const pe = header.readUInt32LE(0x3c)
	const optional = pe + 24
	if (optional + 136 > HEADER_BYTES || header.readUInt32LE(pe) !== PE) return null
	if (header.readUInt16LE(optional) !== PE32_PLUS) return null

	const sizeBytes = header.readUInt32LE(optional + 56)
	const resourcesRva = header.readUInt32LE(optional + 128)
	const firstSection = optional + header.readUInt16LE(pe + 20)
	const sections: Section[] = []
	for (let index = 0; index < header.readUInt16LE(pe + 6); index++) {
		const at = firstSection + index * SECTION_BYTES
		if (at + SECTION_BYTES > HEADER_BYTES) return null
		const section = readSection(header.subarray(at, at + SECTION_BYTES))
		if (section.rva + section.sizeBytes > sizeBytes) return null
		sections.push(section)
	}
	return { sizeBytes, sections, resourcesRva: resourcesRva === 0 ? null : resourcesRva }
}

function readSection(entry: Buffer): Section {
	const traits = entry.readUInt32LE(36)
	return {
		name: entry.toString('latin1', 0, 8).replace(/\0+$/, ''),
		sizeBytes: entry.readUInt32LE(8),
		rva: entry.readUInt32LE(12),
		file: { sizeBytes: entry.readUInt32LE(16), offset: entry.readUInt32LE(20) },
		isCode: (traits & (HAS_CODE | EXECUTABLE)) !== 0,
		isWritable: (traits & WRITABLE) !== 0,
	}
}

const VERSION_TYPE = 16
const IS_DIRECTORY = 0x8000_0000
const FIXED_FILE_INFO = Buffer.from('bd04effe', 'hex')
const MOST_VERSION_BYTES = 0x1_0000

/** The version that the program's own resources state: the first one, whatever its language. */
export function readVersion(image: Image, read: ReadRva): Version | null {
	const root = image.resourcesRva
	if (root === null) return null
	const names = findEntry(read, root, 0, VERSION_TYPE)
	const languages = names && names.isDirectory ? findEntry(read, root, names.offset, null) : null
	const leaf = languages && languages.isDirectory ? findEntry(read, root, languages.offset, null) : null
	const data = leaf && !leaf.isDirectory ? read(root + leaf.offset, 8) : null
	if (!data) return null
	const sizeBytes = Math.min(data.readUInt32LE(4), MOST_VERSION_BYTES)
	const bytes = read(data.readUInt32LE(0), sizeBytes)
	const at = bytes?.indexOf(FIXED_FILE_INFO) ?? -1
	if (!bytes || at < 0 || at + 16 > sizeBytes) return null
	return [
		bytes.readUInt16LE(at + 10),
		bytes.readUInt16LE(at + 8),
		bytes.readUInt16LE(at + 14),
		bytes.readUInt16LE(at + 12),
	]
}

/** One level of the resources: the entry of that id, or the first one. */
function findEntry(read: ReadRva, root: number, directory: number, id: number | null) {
	const head = read(root + directory, 16)
	if (!head) return null
	const count = head.readUInt16LE(12) + head.readUInt16LE(14)
	const entries = read(root + directory + 16, count * 8)
	for (let index = 0; entries && index < count; index++) {
		if (id !== null && entries.readUInt32LE(index * 8) !== id) continue
		const offset = entries.readUInt32LE(index * 8 + 4)
		return { offset: offset & ~IS_DIRECTORY, isDirectory: (offset & IS_DIRECTORY) !== 0 }
	}
	return null
}

/** The version of a program that does not run; null where the file cannot be read or states none. */
export function readFileVersion(path: string): Version | null {
	let file: number
	try {
		file = openSync(path, 'r')
	} catch {
		return null
	}
	try {
		const image = readImage((rva, length) => readAt(file, rva, length, true))
		if (!image) return null
		return readVersion(image, (rva, length) => {
			const section = image.sections.find((one) => rva >= one.rva && rva - one.rva < one.file.sizeBytes)
			return section ? readAt(file, rva - section.rva + section.file.offset, length, false) : null
		})
	} finally {
		closeSync(file)
	}
}

/** `padded`: a file shorter than a page still has its headers. */
function readAt(file: number, position: number, length: number, padded: boolean): Buffer | null {
	const bytes = Buffer.alloc(length)
	try {
		const count = readSync(file, bytes, 0, length, position)
		return count === length || padded ? bytes : null
	} catch {
		return null
	}
}
