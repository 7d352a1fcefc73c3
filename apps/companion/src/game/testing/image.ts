import { SIGNATURES, STATIC_NAMES, type Signature } from '../signatures.ts'
import type { Edition } from './editions.ts'
import { u16, u32, u64 } from './bytes.ts'

/** A program for Windows as it lies in memory: what is not in a part is zeros. */
export type SyntheticImage = { sizeBytes: number; header: Buffer; parts: readonly Part[] }

type Part = { rva: number; bytes: Buffer }

export type ImageOptions = {
	edition: Edition
	base: bigint
	/** Signatures and where they stand; default: the first of each static, spread over the code. */
	plant?: readonly Plant[]
}

export type Plant = { signature: Signature; rva: number; staticRva: number }

export const TEXT = { rva: 0x1000, bytes: 0x28_0000 } as const
const RDATA = { rva: 0x300_0000, bytes: 0x1000 } as const
const DATA = { rva: 0x3c0_0000, bytes: 0x20_0000 } as const
export const RESOURCES = { rva: 0x3e0_0000, bytes: 0x1000 } as const
export const IMAGE_BYTES = 0x3f0_0000

const CODE_TRAITS = 0x6000_0020
const READ_TRAITS = 0x4000_0040
const WRITE_TRAITS = 0xc000_0040

export function buildImage({ edition, base, plant = usualPlant(edition) }: ImageOptions): SyntheticImage {
	return {
		sizeBytes: IMAGE_BYTES,
		header: buildHeader(),
		parts: [
			{ rva: TEXT.rva, bytes: buildText(plant) },
			...buildClasses(base),
			{ rva: RESOURCES.rva, bytes: buildResources(edition.version) },
		],
	}
}

export function usualPlant(edition: Edition): Plant[] {
	return STATIC_NAMES.map((name, index) => ({
		signature: SIGNATURES[name][0]!,
		rva: TEXT.rva + 0x1234 + index * 0x6_1111,
		staticRva: edition.statics[name],
	}))
}

function buildHeader(): Buffer {
	const header = Buffer.alloc(0x1000)
	const pe = 0x80
	const optional = pe + 24
	const optionalBytes = 240
	header.write('MZ', 0)
	header.writeUInt32LE(pe, 0x3c)
	header.write('PE\0\0', pe)
	header.writeUInt16LE(0x8664, pe + 4)
	header.writeUInt16LE(4, pe + 6)
	header.writeUInt16LE(optionalBytes, pe + 20)
	header.writeUInt16LE(0x20b, optional)
	header.writeUInt32LE(IMAGE_BYTES, optional + 56)
	header.writeUInt32LE(16, optional + 108)
	header.writeUInt32LE(RESOURCES.rva, optional + 112 + 16)
	header.writeUInt32LE(RESOURCES.bytes, optional + 112 + 20)
	const sections = [
		{ name: '.text', ...TEXT, traits: CODE_TRAITS },
		{ name: '.rdata', ...RDATA, traits: READ_TRAITS },
		{ name: '.data', ...DATA, traits: WRITE_TRAITS },
		{ name: '.rsrc', ...RESOURCES, traits: READ_TRAITS },
	]
	sections.forEach(({ name, rva, bytes, traits }, index) => {
		const at = optional + optionalBytes + 40 * index
		header.write(name, at)
		header.writeUInt32LE(bytes, at + 8)
		header.writeUInt32LE(rva, at + 12)
		header.writeUInt32LE(name === '.rsrc' ? RESOURCES.bytes : 0, at + 16)
		header.writeUInt32LE(name === '.rsrc' ? 0x1000 : 0, at + 20)
		header.writeUInt32LE(traits, at + 36)
	})
	return header
}

/** Only what is planted is code; a file would hold the resources right after its headers. */
export function toFile({ header, parts }: SyntheticImage): Buffer {
	const resources = parts.find(({ rva }) => rva === RESOURCES.rva)!
	return Buffer.concat([header, resources.bytes])
}

function buildText(plant: readonly Plant[]): Buffer {
	const text = Buffer.alloc(TEXT.bytes, 0xcc)
	for (const { signature, rva, staticRva } of plant)
		code(signature, rva, staticRva).copy(text, rva - TEXT.rva)
	return text
}

/** The signature as code that stands at `rva` and names a static. */
export function code(
	{ bytes, distanceAt, nextInstructionAt }: Signature,
	rva: number,
	staticRva: number,
): Buffer {
	const code = Buffer.from(bytes.map((byte, index) => byte ?? (index * 37) % 251))
	code.writeInt32LE(staticRva - (rva + nextInstructionAt), distanceAt)
	return code
}

/** A table of virtual functions for each class, and before it the way to the class's name. */
const TABLES = {
	WorldChrMan: { table: RDATA.rva + 0x100, type: DATA.rva + 0x100, name: '.?AVWorldChrManImp@CS@@' },
	MenuMan: { table: RDATA.rva + 0x200, type: DATA.rva + 0x200, name: '.?AVCSMenuManImp@CS@@' },
	other: { table: RDATA.rva + 0x300, type: DATA.rva + 0x300, name: '.?AVSomethingElse@CS@@' },
} as const

export type ClassName = keyof typeof TABLES

export function tableOf(base: bigint, name: ClassName): bigint {
	return base + BigInt(TABLES[name].table)
}

function buildClasses(base: bigint): Part[] {
	return Object.values(TABLES).flatMap(({ table, type, name }) => {
		const locator = table + 0x40
		return [
			{ rva: table - 8, bytes: u64(base + BigInt(locator)) },
			{ rva: locator, bytes: Buffer.concat([u32(1), u32(0), u32(0), u32(type), u32(0), u32(locator)]) },
			{ rva: type + 0x10, bytes: Buffer.from(`${name}\0`) },
		]
	})
}

/** Icons first, as in most programs, then the version, in one language each. */
function buildResources(version: Edition['version']): Buffer {
	const isDirectory = 0x8000_0000
	const directory = (...entries: [id: number, offset: number][]) =>
		Buffer.concat([
			Buffer.alloc(12),
			u16(0),
			u16(entries.length),
			...entries.flatMap(([id, offset]) => [u32(id), u32(offset)]),
		])
	const info = buildVersionInfo(version)
	const resources = Buffer.alloc(RESOURCES.bytes)
	directory([3, 0x60 + isDirectory], [16, 0x20 + isDirectory]).copy(resources, 0)
	directory([1, 0x40 + isDirectory]).copy(resources, 0x20)
	directory([1033, 0x80]).copy(resources, 0x40)
	Buffer.concat([u32(RESOURCES.rva + 0x100), u32(info.length)]).copy(resources, 0x80)
	info.copy(resources, 0x100)
	return resources
}

function buildVersionInfo([major, minor, patch, build]: Edition['version']): Buffer {
	const key = Buffer.from('VS_VERSION_INFO\0', 'utf16le')
	const file = [u16(minor), u16(major), u16(build), u16(patch)]
	return Buffer.concat([u16(92), u16(52), u16(0), key, u16(0), u32(0xfeef04bd), u32(0x1_0000), ...file])
}
