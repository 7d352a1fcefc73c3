import { diamond } from '@speedfog/core/graph/testing'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeZip } from '#packs/testing.ts'
import type { ZipContent, ZipOptions } from '#packs/testing.ts'
import { readSeedZip } from './seed-zip.ts'
import { realSeeds } from './testing.ts'

const graph = JSON.stringify(diamond().json, null, '\t')
let file: string
let folder: string

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'speedfog-seeds-'))
	file = join(folder, 'seed.zip')
})
afterAll(() => rm(folder, { recursive: true }))

async function read(content: ZipContent | Buffer, options?: ZipOptions) {
	await writeFile(file, Buffer.isBuffer(content) ? content : await makeZip(content, options))
	return readSeedZip(file)
}

describe("a seed's zip", () => {
	it.each<[string, ZipContent, ZipOptions]>([
		['at its root', { 'graph.json': graph, 'mods/graph.json': '{}' }, {}],
		['one folder down', { 'speedfog_ab/graph.json': graph, 'speedfog_ab/lib/graph.json': '{}' }, {}],
		['stored', { 'a/graph.json': graph }, { stored: true }],
		['behind ZIP64 records', { 'a/graph.json': graph }, { zip64: true }],
		['before a comment', { 'a/graph.json': graph }, { comment: 'hello' }],
		['with a byte order mark', { 'a/graph.json': `\ufeff${graph}` }, {}],
	])('gives its graph %s', async (_, content, options) => {
		const seed = await read(content, options)
		expect(seed.graph.startNode).toBe(diamond().graph.startNode)
		expect(seed.json).toBe(JSON.stringify(JSON.parse(graph)))
		expect(seed.warnings).toEqual([])
	})

	it.each<[string, ZipContent | (() => Promise<Buffer>)]>([
		['no graph.json', { 'a/b/graph.json': graph, 'a/graph.json.txt': '' }],
		['more than one graph.json', { 'a/graph.json': graph, 'b/graph.json': graph }],
		['is not JSON', { 'graph.json': '{"version"' }],
		['is not JSON', { 'graph.json': Buffer.from([0x22, 0xff, 0x22]) }],
		['nested too deeply', { 'graph.json': '['.repeat(200_000) + ']'.repeat(200_000) }],
		['cannot be played: not a JSON object', { 'graph.json': '[]' }],
		['cannot be played', { 'graph.json': '{"version":"4.4","nodes":{},"__proto__":{"nodes":{}}}' }],
		['no zip file', async () => Buffer.from('no zip')],
		['no zip file', async () => Buffer.alloc(0)],
		['no zip file', async () => (await makeZip({ 'graph.json': graph })).subarray(0, -10)],
		['larger than 16 MiB', { 'graph.json': Buffer.alloc(17 * 2 ** 20, ' ') }],
		['several disks', async () => patched((bytes) => bytes.writeUInt16LE(1, bytes.length - 22 + 6))],
		['is encrypted', async () => patchedRecord((record) => record.writeUInt16LE(1, 8))],
		[
			'is a symbolic link',
			async () => patchedRecord((record) => record.writeUInt32LE(0o120777 * 0x10000, 38)),
		],
		['compressed in a way', async () => patchedRecord((record) => record.writeUInt16LE(14, 10))],
		['graph.json is damaged', async () => patchedRecord((record) => record.writeUInt32LE(1, 16))],
		['graph.json is damaged', async () => patchedRecord((record) => record.writeUInt32LE(10, 24))],
		['graph.json is damaged', async () => patched((bytes) => bytes.fill(0xee, 60, 90))],
		['graph.json is damaged', async () => patched((bytes) => bytes.writeUInt32LE(0, 0))],
		['files overlap', async () => patchedRecord((record) => record.writeUInt32LE(0x7fffffff, 20))],
		['is there twice', { 'A/lib/x.dll': '1', 'a/LIB/X.dll': '2', 'graph.json': graph }],
		...['../graph.json', '/graph.json', 'a/../../x', 'C:/x', 'a:b', 'a\u0000b', 'x\ny'].map(
			(name): [string, () => Promise<Buffer>] => ['is not safe', () => withName(name)],
		),
	])('is refused with a reason when it holds what %s', async (reason, content) => {
		const zip = typeof content === 'function' ? await content() : content
		await expect(read(zip)).rejects.toThrow(reason)
	})

	it('is read also with the backslashes of Windows in its names', async () => {
		expect((await read(await withName('a\\mods\\x.bin'))).json).toBe(JSON.stringify(JSON.parse(graph)))
		await expect(read(await withName('a\\..\\..\\x'))).rejects.toThrow('is not safe')
	})

	it('that claims to be small and unpacks to much is refused without unpacking it', async () => {
		const bomb = deflateRawSync(Buffer.alloc(64 * 2 ** 20))
		const zip = await makeZip({ 'graph.json': bomb }, { stored: true })
		const directoryAt = zip.readUInt32LE(zip.length - 22 + 16)
		zip.writeUInt16LE(8, directoryAt + 10)
		zip.writeUInt32LE(1000, directoryAt + 24)
		const before = process.memoryUsage().rss
		await expect(read(zip)).rejects.toThrow('graph.json is damaged')
		expect(process.memoryUsage().rss - before).toBeLessThan(48 * 2 ** 20)
	})

	it.runIf(existsSync(realSeeds))('of the generator is read, every one', async () => {
		const pools = (await readdir(realSeeds)).map((pool) => join(realSeeds, pool))
		const files = await Promise.all(
			pools.map(async (pool) => (await readdir(pool)).map((name) => join(pool, name))),
		)
		const zips = files.flat().filter((name) => name.endsWith('.zip'))
		expect(zips.length).toBeGreaterThan(0)
		for (const zip of zips) {
			const { graph, json } = await readSeedZip(zip)
			expect(graph.totalNodes).toBe(Object.keys((JSON.parse(json) as { nodes: object }).nodes).length)
		}
	})
})

async function patched(change: (bytes: Buffer) => void): Promise<Buffer> {
	const bytes = await makeZip({ 'graph.json': graph })
	change(bytes)
	return bytes
}

/** Changes the one record of the directory. */
async function patchedRecord(change: (record: Buffer) => void): Promise<Buffer> {
	return patched((bytes) => change(bytes.subarray(bytes.readUInt32LE(bytes.length - 22 + 16))))
}

/** A name that the library which makes the zips would refuse to write. */
async function withName(name: string): Promise<Buffer> {
	const stand = 'N'.repeat(name.length)
	const zip = await makeZip({ 'graph.json': graph, [stand]: 'x' })
	for (let at = zip.indexOf(stand); at >= 0; at = zip.indexOf(stand, at + 1)) zip.write(name, at, 'latin1')
	return zip
}
