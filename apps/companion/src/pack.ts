import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Entry, ZipFile } from 'yauzl'

/** The two texts of a seed pack that the companion reads. */
type Pack = {
	/** Absent in a zip that was not made for a run. */
	config: { text: string; file: string } | null
	graphJson: string | null
}

export type ReadPack = { ok: true; pack: Pack } | { ok: false; problem: string }

const CONFIG = 'lib/speedfog_race.toml'
const GRAPH = 'graph.json'
const MAX_CONFIG_BYTES = 256 * 1024
const MAX_GRAPH_BYTES = 64 * 1024 * 1024

/** Reads a pack: the downloaded zip, or the folder it was unpacked to. */
export async function readPack(path: string): Promise<ReadPack> {
	const found = await stat(path).catch(() => undefined)
	if (!found) return { ok: false, problem: `There is no pack at ${path}.` }
	if (found.isDirectory()) return { ok: true, pack: await readFolder(await unwrap(path)) }
	try {
		return { ok: true, pack: await readZip(path) }
	} catch (error) {
		return { ok: false, problem: `${path} cannot be read as a zip: ${(error as Error).message}.` }
	}
}

/** Many programs unpack a zip into a folder of their own, around the one inside. */
async function unwrap(folder: string): Promise<string> {
	const inside = await readdir(folder, { withFileTypes: true })
	const [only] = inside
	return inside.length === 1 && only?.isDirectory() ? join(folder, only.name) : folder
}

async function readFolder(folder: string): Promise<Pack> {
	const file = join(folder, CONFIG)
	const text = await readIfThere(file)
	return {
		config: text === null ? null : { text, file },
		graphJson: await readIfThere(join(folder, GRAPH)),
	}
}

async function readIfThere(file: string): Promise<string | null> {
	return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
		throw error
	})
}

async function readZip(path: string): Promise<Pack> {
	// Only now: beside a game an unpacked pack is the rule, and what is not loaded takes no memory.
	const { openPromise } = await import('yauzl')
	const zip = await openPromise(path)
	const pack: Pack = { config: null, graphJson: null }
	try {
		for await (const entry of zip.eachEntry()) {
			// Both lie at the top or below the one folder that a pack is wrapped in.
			const name = entry.fileName.replace(/^[^/]+\/(?=lib\/|graph\.json$)/, '')
			if (name === CONFIG) {
				const text = await readEntry(zip, entry, MAX_CONFIG_BYTES)
				pack.config = { text, file: `${path}: ${entry.fileName}` }
			} else if (name === GRAPH) {
				pack.graphJson = await readEntry(zip, entry, MAX_GRAPH_BYTES)
			}
		}
	} finally {
		zip.close()
	}
	return pack
}

async function readEntry(zip: ZipFile, entry: Entry, maxBytes: number): Promise<string> {
	if (entry.uncompressedSize > maxBytes) throw new Error(`${entry.fileName} is too large`)
	return (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8')
}
