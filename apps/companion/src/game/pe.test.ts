import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inMemory, readFileVersion, readImage, readVersion } from './pe.ts'
import { EDITIONS, editionOf } from './testing/editions.ts'
import { buildImage, IMAGE_BYTES, TEXT, toFile } from './testing/image.ts'
import { createSparseMemory } from './testing/sparse-memory.ts'

const BASE = 0x1_4000_0000n

function memoryOf(version: string) {
	const memory = createSparseMemory()
	const image = buildImage({ edition: editionOf(version), base: BASE, plant: [] })
	memory.write(BASE, image.header)
	for (const { rva, bytes } of image.parts) memory.write(BASE + BigInt(rva), bytes)
	return { memory, image, read: inMemory(memory, BASE) }
}

describe('the headers of an image', () => {
	it('tell its size and its sections', () => {
		const image = readImage(memoryOf('2.6.2').read)!
		expect(image.sizeBytes).toBe(IMAGE_BYTES)
		expect(image.sections.map(({ name, isCode, isWritable }) => ({ name, isCode, isWritable }))).toEqual([
			{ name: '.text', isCode: true, isWritable: false },
			{ name: '.rdata', isCode: false, isWritable: false },
			{ name: '.data', isCode: false, isWritable: true },
			{ name: '.rsrc', isCode: false, isWritable: false },
		])
		expect(image.sections[0]).toMatchObject({ rva: TEXT.rva, sizeBytes: TEXT.bytes })
	})

	it.each([
		['no MZ', (header: Buffer) => header.writeUInt8(0, 0)],
		['no PE', (header: Buffer) => header.writeUInt8(0, 0x80)],
		['a PE header outside', (header: Buffer) => header.writeUInt32LE(0xfff0, 0x3c)],
		['a 32-bit program', (header: Buffer) => header.writeUInt16LE(0x10b, 0x98)],
		['a section beyond the end', (header: Buffer) => header.writeUInt32LE(0x7fff_ffff, 0x98 + 240 + 8)],
		['more sections than fit', (header: Buffer) => header.writeUInt16LE(500, 0x86)],
	])('are refused with %s', (_, spoil) => {
		const { memory, image, read } = memoryOf('2.6.2')
		spoil(image.header)
		memory.write(BASE, image.header)
		expect(readImage(read)).toBeNull()
	})

	it('are refused where nothing is mapped', () => {
		expect(readImage(inMemory(createSparseMemory(), BASE))).toBeNull()
	})
})

describe('the version', () => {
	it.each(EDITIONS.map(({ version }) => version))('%i.%i.%i.%i is read from memory', (...version) => {
		const { read } = memoryOf(version.join('.'))
		expect(readVersion(readImage(read)!, read)).toEqual(version)
	})

	it('is unknown where the resources cannot be read', () => {
		const { memory, read } = memoryOf('2.6.2')
		const image = readImage(read)!
		memory.unmap(BASE + BigInt(image.resourcesRva!), 1)
		expect(readVersion(image, read)).toBeNull()
		expect(readVersion({ ...image, resourcesRva: null }, read)).toBeNull()
	})

	it('is unknown where the resources hold none', () => {
		const { memory, read } = memoryOf('2.6.2')
		const image = readImage(read)!
		memory.write(BASE + BigInt(image.resourcesRva!), Buffer.alloc(0x20))
		expect(readVersion(image, read)).toBeNull()
	})
})

describe('the version of a file', () => {
	let folder: string
	beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'speedfog-pe-'))))
	afterAll(() => rmSync(folder, { recursive: true }))

	it('is read as from memory', () => {
		const path = join(folder, 'eldenring.exe')
		writeFileSync(path, toFile(buildImage({ edition: editionOf('2.7.1'), base: 0n, plant: [] })))
		expect(readFileVersion(path)).toEqual([2, 7, 1, 0])
	})

	it('is unknown for what is no program, or is not there', () => {
		const path = join(folder, 'note.exe')
		writeFileSync(path, 'MZ')
		expect(readFileVersion(path)).toBeNull()
		expect(readFileVersion(join(folder, 'nothing.exe'))).toBeNull()
		expect(readFileVersion(folder)).toBeNull()
	})
})
