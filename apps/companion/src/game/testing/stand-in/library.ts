import { u32, u64 } from '../bytes.ts'

/** Where the mapped bytes stand in the library's file. */
const CONTENT_AT = 0x2_0000
/** Large enough for the pages of every processor that is meant. */
const PAGE = 0x1_0000
const MACHINES: Record<string, number> = { x64: 62, arm64: 183 }

const LOAD = 1
const DYNAMIC = 2
const READ_WRITE = 6

const STRING_TABLE = 5
const SYMBOL_TABLE = 6
const STRING_TABLE_BYTES = 10
const SYMBOL_BYTES = 11
const FLAGS_1 = 0x6fff_fffb
const NEVER_UNLOADED = 8

/**
 * A library for Linux without a line of code. Loading it maps `content` from its file, and after that zeros without
 * a file, up to `sizeBytes` in all: as Wine maps a program for Windows.
 */
export function buildLibrary(content: Buffer, sizeBytes: number): Buffer {
	const file = Buffer.alloc(CONTENT_AT + PAGE)
	const dynamicAddress = BigInt(Math.ceil(sizeBytes / PAGE) * PAGE)
	const dynamic = [
		[STRING_TABLE, dynamicAddress + 0x100n],
		[SYMBOL_TABLE, dynamicAddress + 0x200n],
		[STRING_TABLE_BYTES, 1n],
		[SYMBOL_BYTES, 24n],
		[FLAGS_1, BigInt(NEVER_UNLOADED)],
		[0, 0n],
	] as const
	const segments = [
		{ type: LOAD, at: CONTENT_AT, address: 0n, fileBytes: content.length, bytes: sizeBytes, align: PAGE },
		{ type: LOAD, at: PAGE, address: dynamicAddress, fileBytes: 0x1000, bytes: 0x1000, align: PAGE },
		{ type: DYNAMIC, at: PAGE, address: dynamicAddress, fileBytes: 0x60, bytes: 0x60, align: 8 },
	]
	file.write('\x7fELF\x02\x01\x01', 'latin1')
	file.writeUInt16LE(3, 16)
	file.writeUInt16LE(MACHINES[process.arch] ?? 0, 18)
	file.writeUInt32LE(1, 20)
	file.writeBigUInt64LE(64n, 32)
	file.writeUInt16LE(64, 52)
	file.writeUInt16LE(56, 54)
	file.writeUInt16LE(segments.length, 56)
	segments.forEach(({ type, at, address, fileBytes, bytes, align }, index) => {
		const sizes = [fileBytes, bytes, align].map((size) => u64(BigInt(size)))
		const places = [u64(BigInt(at)), u64(address), u64(address)]
		Buffer.concat([u32(type), u32(READ_WRITE), ...places, ...sizes]).copy(file, 64 + 56 * index)
	})
	Buffer.concat(dynamic.flatMap(([tag, value]) => [u64(BigInt(tag)), u64(value)])).copy(file, PAGE)
	content.copy(file, CONTENT_AT)
	return file
}
