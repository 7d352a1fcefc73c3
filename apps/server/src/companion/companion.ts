import { CompanionPlatform } from '@speedfog/core/protocol/companion'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { z } from 'zod'

/** A companion as one file that a player can start, made by `npm run build:companion`. */
export type Program = {
	platform: CompanionPlatform
	fileName: string
	version: string
	path: string
	sizeBytes: number
	sha256: string
	etag: string
}

/** What the build writes beside the programs, last: what it names is whole. */
const List = z.object({
	version: z.string(),
	programs: z.array(
		z.object({
			platform: CompanionPlatform,
			file_name: z.string().regex(/^[\w.-]+$/),
			sha256: z.string().regex(/^[0-9a-f]{64}$/),
		}),
	),
})

const LIST = 'programs.json'

/** Read anew each time: the companion may be built while the server runs. */
export async function list(folder: string): Promise<Program[]> {
	const { version, programs } = await readList(folder)
	const found = programs.map(async ({ platform, file_name: fileName, sha256 }): Promise<Program[]> => {
		const path = join(folder, fileName)
		const file = await stat(path).catch(ignoreMissing)
		if (!file?.isFile()) return []
		return [{ platform, fileName, version, path, sizeBytes: file.size, sha256, etag: `"${sha256}"` }]
	})
	return (await Promise.all(found)).flat()
}

/** Half open: from `start` up to but not including `end`, which is not 0. */
export function read({ path }: Program, { start, end }: { start: number; end: number }): Readable {
	return createReadStream(path, { start, end: end - 1 })
}

async function readList(folder: string): Promise<z.infer<typeof List>> {
	const text = await readFile(join(folder, LIST), 'utf8').catch(ignoreMissing)
	return text === undefined ? { version: '', programs: [] } : List.parse(JSON.parse(text))
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
	if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
	throw error
}
