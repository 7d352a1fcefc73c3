import { inflateRawSync } from 'node:zlib'
import { readGraph } from '@speedfog/core/graph/read-graph'
import { describe, expect, it } from 'vitest'
import { fromBuffer } from 'yauzl'
import { makeGraph } from './make-graph.ts'
import { makePack } from './make-pack.ts'
import { demoPools } from './pools.ts'
import { slugOf } from './slug.ts'

const slug = slugOf(5)
const graph = makeGraph(5, demoPools.training_sprint)

describe('makePack', () => {
	it('puts every file below one folder named for the seed, without entries for folders', async () => {
		const names = await namesByYauzl(await makePack(slug, graph))
		expect(names).toContain(`speedfog_${slug}/graph.json`)
		expect(names).toContain(`speedfog_${slug}/spoiler.txt`)
		expect(names).toContain(`speedfog_${slug}/lib/PLACEHOLDER.txt`)
		for (const name of names) expect(name).toMatch(new RegExp(`^speedfog_${slug}/.*[^/]$`))
	})

	it('can be read from the central directory alone: deflated, sizes and offsets right, no descriptors', async () => {
		const files = readDirectory(await makePack(slug, graph))
		const [path, text] = [...files][0] ?? []
		expect(path).toBe(`speedfog_${slug}/graph.json`)
		expect(JSON.parse(text ?? '')).toEqual(graph)
		expect(readGraph(JSON.parse(text ?? ''))).toMatchObject({ ok: true, warnings: [] })
	})

	it('writes the route of every layer into the spoiler, with who holds a shuffled arena', async () => {
		const shuffled = makeGraph(5, demoPools.training_marathon)
		const files = readDirectory(await makePack(slug, shuffled))
		const spoiler = files.get(`speedfog_${slug}/spoiler.txt`) ?? ''
		for (const node of Object.values(shuffled.nodes)) expect(spoiler).toContain(node.display_name)
		expect(spoiler.match(/^Layer /gm)).toHaveLength(shuffled.total_layers)
		expect(spoiler).toContain('held by')
	})

	it('gives the same bytes each time and other bytes for another seed', async () => {
		const pack = await makePack(slug, graph)
		expect(pack.equals(await makePack(slug, graph))).toBe(true)
		expect(pack.equals(await makePack(slug, makeGraph(6, demoPools.training_sprint)))).toBe(false)
	})

	it('gives the same bytes in every time zone', async () => {
		const dates = directoryOf(await makePack(slug, graph)).map((entry) => entry.dosDate)
		// 2026-01-01 12:00:00 as MS-DOS writes it.
		const noon = (((2026 - 1980) << 9) | (1 << 5) | 1) * 65536 + (12 << 11)
		expect(new Set(dates)).toEqual(new Set([noon]))
	})
})

function namesByYauzl(pack: Buffer): Promise<string[]> {
	return new Promise((resolve, reject) => {
		fromBuffer(pack, { lazyEntries: true, strictFileNames: true }, (error, zip) => {
			if (error) return reject(error)
			const names: string[] = []
			zip.on('entry', (entry: { fileName: string }) => {
				names.push(entry.fileName)
				zip.readEntry()
			})
			zip.on('end', () => resolve(names))
			zip.on('error', reject)
			zip.readEntry()
		})
	})
}

/** The way zip readers without streaming work, Python's zipfile among them. */
function readDirectory(pack: Buffer): Map<string, string> {
	return new Map(
		directoryOf(pack).map((entry) => {
			const { offset, name } = entry
			expect(pack.readUInt32LE(offset)).toBe(0x04034b50)
			const flags = pack.readUInt16LE(offset + 6)
			expect(flags & 0x0008).toBe(0)
			expect(pack.readUInt32LE(offset + 18)).toBe(entry.compressedSize)
			const nameLength = pack.readUInt16LE(offset + 26)
			const start = offset + 30 + nameLength + pack.readUInt16LE(offset + 28)
			expect(pack.toString('utf8', offset + 30, offset + 30 + nameLength)).toBe(name)
			const content = inflateRawSync(pack.subarray(start, start + entry.compressedSize))
			expect(content.length).toBe(entry.size)
			return [name, content.toString()]
		}),
	)
}

function directoryOf(pack: Buffer) {
	const end = pack.lastIndexOf(Buffer.from('504b0506', 'hex'))
	expect(end + 22).toBe(pack.length)
	let at = pack.readUInt32LE(end + 16)
	return Array.from({ length: pack.readUInt16LE(end + 10) }, () => {
		expect(pack.readUInt32LE(at)).toBe(0x02014b50)
		expect(pack.readUInt16LE(at + 10)).toBe(8)
		const nameLength = pack.readUInt16LE(at + 28)
		const entry = {
			dosDate: pack.readUInt32LE(at + 12),
			compressedSize: pack.readUInt32LE(at + 20),
			size: pack.readUInt32LE(at + 24),
			offset: pack.readUInt32LE(at + 42),
			name: pack.toString('utf8', at + 46, at + 46 + nameLength),
		}
		at += 46 + nameLength + pack.readUInt16LE(at + 30) + pack.readUInt16LE(at + 32)
		return entry
	})
}
