import type { PoolConfig, PoolType } from '@speedfog/core/protocol/pools'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import type { Log } from '#log.ts'
import { labels } from './labels.ts'

/** A folder with a config.toml. `config` is null when that file cannot be read; the pool then counts as race. */
export type PoolFolder = { name: string; type: PoolType; config: PoolConfig | null }

const MAX_CONFIG_BYTES = 256 * 1024
const EXTENDS = 'it still extends another file: npm run pools -- resolve writes what it stands for'
// What is safe in a path, a URL and a log line, and not hidden.
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/

/** All pools below `root`, by `sort_order`, then name. Throws when `root` itself cannot be read. */
export async function readFolders(root: string, log: Log): Promise<Map<string, PoolFolder>> {
	const names = (await readdir(root)).sort()
	for (const name of names.filter((name) => !NAME.test(name) && !name.startsWith('.')))
		log.warn({ folder: name }, 'no pool: a pool has letters, digits, _, - and . in its name')
	const read = await Promise.all(
		names.filter((name) => NAME.test(name)).map((name) => readFolder(root, name, log)),
	)
	const folders = read.filter((folder) => folder !== undefined)
	folders.sort((a, b) => (a.config?.sort_order ?? 99) - (b.config?.sort_order ?? 99))
	return new Map(folders.map((folder) => [folder.name, folder]))
}

async function readFolder(root: string, name: string, log: Log): Promise<PoolFolder | undefined> {
	const file = join(root, name, 'config.toml')
	const found = await stat(file).catch(() => undefined)
	if (!found?.isFile()) return undefined
	try {
		if (found.size > MAX_CONFIG_BYTES) throw new Error('it is larger than 256 KiB')
		const toml = parse(await readFile(file, 'utf8'))
		if (toml.extends !== undefined) log.warn({ file, reason: EXTENDS }, 'a pool lacks settings')
		const config = labels(toml)
		return { name, type: config.type, config }
	} catch (error) {
		const line = error instanceof TomlError ? error.line : undefined
		log.warn({ file, line, reason: firstLine(error) }, 'a pool has a broken config.toml and counts as race')
		return { name, type: 'race', config: null }
	}
}

function firstLine(error: unknown): string {
	return String((error as Error).message).split('\n', 1)[0] ?? ''
}
