import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import { readGraph } from '@speedfog/core/graph/read-graph'
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { crc32, inflateRawSync } from 'node:zlib'
import yauzl from 'yauzl'
import { BadZip, readDirectory, readExactly } from '#packs/packs.ts'
import type { ZipEntry } from '#packs/packs.ts'

/** What a scan keeps of a zip. */
export type SeedFile = { graph: SeedGraph; json: string; sha256: Buffer; warnings: string[] }

/** Real graphs have about 200 KB. */
const MAX_GRAPH_BYTES = 16 * 1024 * 1024
const MAX_ENTRIES = 100_000
const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 }
const GRAPH = 'graph.json'
const STORED = 0
const DEFLATED = 8
const ENCRYPTED = 1 << 0
const SYMBOLIC_LINK = 0o120000
const FILE_TYPE = 0o170000

/** Reads and checks a seed's zip; throws `BadZip` with the reason. */
export async function readSeedZip(file: string): Promise<SeedFile> {
	const handle = await open(file, 'r')
	try {
		const { size } = await handle.stat()
		const directory = await readDirectory(handle, size)
		await turn()
		checkOverlaps(directory.entries, directory.offset)
		const bytes = await readEntry(handle, findGraph(checkNames(directory.entries)))
		await turn()
		return compile(bytes)
	} finally {
		await handle.close()
	}
}

let last: Promise<unknown> = Promise.resolve()

/** Many are read at once, by the thread that also serves games: those get their turn between two of them. */
function turn(): Promise<unknown> {
	return (last = last.then(() => setImmediate()))
}

/** Refuses what an unzip program on somebody's machine could be harmed or confused by; returns what may be the graph. */
function checkNames(entries: readonly ZipEntry[]): Map<string, ZipEntry> {
	if (entries.length > MAX_ENTRIES) throw new BadZip(`it holds more than ${MAX_ENTRIES} files`)
	const graphs = new Map<string, ZipEntry>()
	const folded = new Set<string>()
	for (const entry of entries) {
		const name = nameOf(entry)
		if ((entry.flags & ENCRYPTED) !== 0) throw new BadZip(`${quote(name)} is encrypted`)
		if ((entry.mode & FILE_TYPE) === SYMBOLIC_LINK) throw new BadZip(`${quote(name)} is a symbolic link`)
		// Windows, where packs are unpacked, does not tell names by case.
		const same = name.toLowerCase()
		if (folded.has(same)) throw new BadZip(`${quote(name)} is there twice`)
		folded.add(same)
		if (name.endsWith(GRAPH)) graphs.set(name, entry)
	}
	return graphs
}

function nameOf({ flags, rawName, extra }: ZipEntry): string {
	let name = rawName
	// Others are written in one of two ways, or a second time among the extra fields, or with the backslashes of Windows.
	if (extra.length > 0 || !/^[ -[\]-~]*$/.test(rawName))
		try {
			const extraFields = yauzl.parseExtraFields(extra)
			name = yauzl.getFileNameLowLevel(flags, Buffer.from(rawName, 'latin1'), extraFields, false)
		} catch {
			throw new BadZip('a file name is damaged')
		}
	// A colon names a drive or a hidden stream on Windows.
	const unsafe = yauzl.validateFileName(name) !== null || /[\u0000-\u001f:]/.test(name) || name === ''
	if (unsafe) throw new BadZip(`the file name ${quote(name)} is not safe`)
	return name
}

/** Entries that share data are how small zips unpack to huge ones. */
function checkOverlaps(entries: readonly ZipEntry[], dataBytes: number): void {
	const sorted = [...entries].sort((a, b) => a.localOffset - b.localOffset)
	for (const [index, { localOffset, compressedBytes, rawName }] of sorted.entries()) {
		const next = sorted[index + 1]?.localOffset ?? dataBytes
		if (localOffset + LOCAL_HEADER.bytes + rawName.length + compressedBytes > next)
			throw new BadZip('its files overlap each other')
	}
}

/** At the root, else in the one folder below it that has one. */
function findGraph(entries: Map<string, ZipEntry>): ZipEntry {
	const atRoot = entries.get(GRAPH)
	if (atRoot) return atRoot
	const [found, second] = [...entries].filter(
		([name]) => name.indexOf('/') === name.length - GRAPH.length - 1,
	)
	if (!found) throw new BadZip('it holds no graph.json')
	if (second) throw new BadZip('it holds more than one graph.json')
	return found[1]
}

async function readEntry(handle: FileHandle, entry: ZipEntry): Promise<Buffer> {
	const { localOffset, compressedBytes, sizeBytes, method } = entry
	if (Math.max(sizeBytes, compressedBytes) > MAX_GRAPH_BYTES)
		throw new BadZip('its graph.json is larger than 16 MiB')
	const header = await readExactly(handle, localOffset, LOCAL_HEADER.bytes)
	if (header.readUInt32LE(0) !== LOCAL_HEADER.signature) throw new BadZip('its graph.json is damaged')
	const dataAt = localOffset + LOCAL_HEADER.bytes + header.readUInt16LE(26) + header.readUInt16LE(28)
	const data = await readExactly(handle, dataAt, compressedBytes)
	if (method !== STORED && method !== DEFLATED)
		throw new BadZip('its graph.json is compressed in a way that is not supported')
	const bytes = method === STORED ? data : inflate(data, sizeBytes)
	if (bytes.length !== sizeBytes || crc32(bytes) !== entry.crc32)
		throw new BadZip('its graph.json is damaged')
	return bytes
}

function inflate(data: Buffer, sizeBytes: number): Buffer {
	try {
		return inflateRawSync(data, { maxOutputLength: Math.max(sizeBytes, 1) })
	} catch {
		throw new BadZip('its graph.json is damaged')
	}
}

function compile(bytes: Buffer): SeedFile {
	const { value, minified } = parse(bytes)
	const reading = readGraph(value)
	if (!reading.ok) throw new BadZip(`its graph.json cannot be played: ${reading.reasons.join('; ')}`)
	const sha256 = createHash('sha256').update(bytes).digest()
	return { graph: reading.graph, json: minified, sha256, warnings: reading.warnings }
}

function parse(bytes: Buffer): { value: unknown; minified: string } {
	try {
		const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
		return { value, minified: JSON.stringify(value) }
	} catch (error) {
		// Nested so deeply that it cannot be written again.
		if (error instanceof RangeError) throw new BadZip('its graph.json is nested too deeply')
		throw new BadZip('its graph.json is not JSON')
	}
}

function quote(name: string): string {
	return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
}
