import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readFolders } from './folders.ts'

let root: string
let lines: Record<string, unknown>[]
const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) })

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'pools-'))
	lines = []
})
afterEach(() => rm(root, { recursive: true }))

async function put(file: string, text: string): Promise<void> {
	await mkdir(dirname(join(root, file)), { recursive: true })
	await writeFile(join(root, file), text)
}

it('finds the folders that hold a config.toml, by sort order and then name', async () => {
	await put('b/config.toml', '[display]\ntype = "training"\nsort_order = 5')
	await put('c/config.toml', '[display]\nsort_order = 1')
	await put('a/config.toml', '[display]\nsort_order = 5')
	await put('empty/seed_000000000000.zip', '')
	await put('config.toml', '')
	await put('folder/config.toml/x', '')
	const folders = await readFolders(root, log)
	expect([...folders.values()].map(({ name, type }) => [name, type])).toEqual([
		['c', 'race'],
		['a', 'race'],
		['b', 'training'],
	])
	expect(lines).toEqual([])
})

it('keeps a pool with a broken config.toml as race and tells file and line', async () => {
	await put('training_x/config.toml', '[display]\ntype = "training"\ndescription = "no end')
	const folders = await readFolders(root, log)
	expect(folders.get('training_x')).toEqual({ name: 'training_x', type: 'race', config: null })
	expect(lines).toMatchObject([{ file: join(root, 'training_x/config.toml'), line: 3 }])
})

it('tells of a config.toml that leaves settings to another file', async () => {
	await put('p/config.toml', 'extends = "_base"\n[display]\ntype = "training"')
	expect((await readFolders(root, log)).get('p')).toMatchObject({ type: 'training' })
	expect(lines).toMatchObject([{ file: join(root, 'p/config.toml'), msg: 'a pool lacks settings' }])
})

it.each([
	['nested without end', `a = ${'['.repeat(100_000)}`],
	['longer than any settings', `# ${'x'.repeat(300_000)}`],
	['no text at all', '\u0000\u0001\ufffd'],
	['a number no double holds', 'a = 9007199254740993'],
])('survives a config.toml that is %s', async (_, text) => {
	await put('p/config.toml', text)
	expect((await readFolders(root, log)).get('p')).toEqual({ name: 'p', type: 'race', config: null })
})

it('passes over names that are not safe in paths and URLs, and says so', async () => {
	await put('.hidden/config.toml', '')
	await put('bad name/config.toml', '')
	expect((await readFolders(root, log)).size).toBe(0)
	expect(lines).toMatchObject([{ folder: 'bad name' }])
})

it('fails when there is no such folder at all, so that no seed seems to have vanished', async () => {
	await expect(readFolders(join(root, 'none'), log)).rejects.toThrow('ENOENT')
})
