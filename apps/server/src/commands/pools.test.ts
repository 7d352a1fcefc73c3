import { diamond } from '@speedfog/core/graph/testing'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'smol-toml'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeZip } from '#packs/testing.ts'
import { run } from './pools.ts'
import { takePrinted } from './testing.ts'

let folder: string
let printed: { text: string }

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'speedfog-pools-'))
	printed = takePrinted()
})
afterEach(async () => {
	vi.restoreAllMocks()
	await rm(folder, { recursive: true })
})

async function put(file: string, content: string | Buffer): Promise<void> {
	await mkdir(dirname(join(folder, file)), { recursive: true })
	await writeFile(join(folder, file), content)
}

const goodZip = () => makeZip({ 'speedfog_a/graph.json': JSON.stringify(diamond().json) })

describe('a check of pools', () => {
	it('is passed by good ones', async () => {
		await put('p/config.toml', '[display]\ntype = "training"')
		await put('p/seed_a.zip', await goodZip())
		expect(await run(['check', folder])).toBe(0)
		expect(printed.text).toBe('p (training): 1 seeds, 0 rejected, 0 warnings\n1 pools, 1 seeds, 0 rejected\n')
	})

	it('tells what a scan would reject, and why, and what it would read otherwise than meant', async () => {
		await put('p/config.toml', 'a = 1\nextends = "_base"')
		await put('p/seed_a.zip', await goodZip())
		await put('p/seed_bad.zip', 'no zip')
		await put('p/other.zip', await goodZip())
		await put('q/config.toml', '[display')
		await put('bad name/config.toml', '')
		expect(await run(['check', folder])).toBe(1)
		expect(printed.text).toContain('p (race): 1 seeds, 2 rejected, 0 warnings\n')
		expect(printed.text).toContain('  rejected other.zip: its name is not seed_<slug>.zip\n')
		expect(printed.text).toContain('  rejected seed_bad.zip: it is no zip file, or cut short\n')
		expect(printed.text).toContain('  a pool lacks settings: it still extends another file')
		expect(printed.text).toMatch(
			/a pool has a broken config.toml and counts as race: .*\(config.toml, line 1\)/,
		)
		expect(printed.text).toContain('bad name: no pool: ')
		expect(printed.text).toContain('2 pools, 1 seeds, 2 rejected\n')
	})

	it('takes a single pool too, and finds nothing good where there is none', async () => {
		await put('p/config.toml', '[display]\ntype = "training"')
		await put('q/config.toml', '[display')
		expect(await run(['check', join(folder, 'p')])).toBe(0)
		expect(printed.text).not.toContain('q (')
		await mkdir(join(folder, 'empty'))
		expect(await run(['check', join(folder, 'empty')])).toBe(1)
		await expect(run(['check', join(folder, 'none')])).rejects.toThrow('is no folder')
	})
})

it('a template of the project, or a file, is shown with everything it extends', async () => {
	expect(await run(['resolve', 'training_sprint'])).toBe(0)
	expect(parse(printed.text)).toMatchObject({ display: { type: 'training' }, structure: { max_layers: 15 } })
	expect(printed.text).not.toContain('extends')
	printed.text = ''
	await put('a.toml', 'x = 1')
	await put('b.toml', 'extends = "a"\ny = 2')
	expect(await run(['resolve', join(folder, 'b.toml')])).toBe(0)
	expect(printed.text).toBe('x = 1\ny = 2\n')
	await expect(run(['resolve', 'nothing'])).rejects.toThrow('nothing.toml is not there')
})

it('the demo pools are made where they are wanted', async () => {
	expect(await run(['make', join(folder, 'pools')])).toBe(0)
	expect(await readdir(join(folder, 'pools'))).toEqual([
		'training_marathon',
		'training_sprint',
		'training_standard',
	])
	expect(await run(['check', join(folder, 'pools')])).toBe(0)
})

it.each([[], ['check'], ['frob', 'x'], ['check', 'a', 'b']])(
	'%j is answered by how it is meant',
	async (...args) => {
		await expect(run(args)).rejects.toThrow('npm run pools -- check')
	},
)
