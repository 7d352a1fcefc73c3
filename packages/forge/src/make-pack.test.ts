import { readGraph } from '@speedfog/core/graph/read-graph'
import { describe, expect, it } from 'vitest'
import { fromBuffer } from 'yauzl'
import { makeGraph } from './make-graph.ts'
import { makePack } from './make-pack.ts'
import { demoPools } from './pools.ts'
import { slugOf } from './slug.ts'
import { readDirectory, readZip } from './testing.ts'

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

	it('can be read from the central directory alone, every file deflated and none after its size', async () => {
		const pack = await makePack(slug, graph)
		for (const { method, offset } of readDirectory(pack)) {
			expect(method).toBe(8)
			// Bit 3: sizes follow the data.
			expect(pack.readUInt16LE(offset + 6) & 0x0008).toBe(0)
		}
		const [path, text] = [...readZip(pack)][0] ?? []
		expect(path).toBe(`speedfog_${slug}/graph.json`)
		expect(JSON.parse(text ?? '')).toEqual(graph)
		expect(readGraph(JSON.parse(text ?? ''))).toMatchObject({ ok: true, warnings: [] })
	})

	it('writes the route of every layer into the spoiler, with who holds a shuffled arena', async () => {
		const shuffled = makeGraph(5, demoPools.training_marathon)
		const files = readZip(await makePack(slug, shuffled))
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

	it('gives the same bytes in every time zone: noon by local time, and no second time stamp', async () => {
		const pack = await makePack(slug, graph)
		const entries = readDirectory(pack)
		// 2026-01-01 12:00:00 as MS-DOS writes it.
		const noon = (((2026 - 1980) << 9) | (1 << 5) | 1) * 65536 + (12 << 11)
		expect(new Set(entries.map((entry) => entry.dosDate))).toEqual(new Set([noon]))
		const extraLengths = entries.map(({ offset }) => pack.readUInt16LE(offset + 28))
		expect(new Set([...extraLengths, ...entries.map((entry) => entry.extraLength)])).toEqual(new Set([0]))
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
