import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPack } from './pack.ts'
import { writeStoredZip } from './testing/stored-zip.ts'

let folder: string
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'pack-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('readPack', () => {
	const inside: [string, string][] = [
		['below one folder', 'speedfog_abc/'],
		['at the top', ''],
	]
	it.each(inside)('finds both files %s of a zip', async (_where, top) => {
		const file = join(folder, 'pack.zip')
		writeStoredZip(file, {
			[`${top}graph.json`]: '{"version":"4.4"}',
			[`${top}mods/lib/speedfog_race.toml`]: 'not this one',
			[`${top}lib/speedfog_race.toml`]: '[server]',
		})
		expect(await readPack(file)).toEqual({
			ok: true,
			pack: {
				graphJson: '{"version":"4.4"}',
				config: { text: '[server]', file: `${file}: ${top}lib/speedfog_race.toml` },
			},
		})
	})

	it('finds nothing in a zip that was not made for a run but the graph', async () => {
		const file = join(folder, 'pack.zip')
		writeStoredZip(file, { 'speedfog_abc/graph.json': '{}' })
		expect(await readPack(file)).toEqual({ ok: true, pack: { graphJson: '{}', config: null } })
	})

	it('finds both files in the folder it was unpacked to, and one above', async () => {
		const inner = join(folder, 'speedfog_abc')
		mkdirSync(join(inner, 'lib'), { recursive: true })
		writeFileSync(join(inner, 'graph.json'), '{}')
		writeFileSync(join(inner, 'lib/speedfog_race.toml'), '[server]')
		const pack = {
			graphJson: '{}',
			config: { text: '[server]', file: join(inner, 'lib/speedfog_race.toml') },
		}
		expect(await readPack(inner)).toEqual({ ok: true, pack })
		expect(await readPack(folder)).toEqual({ ok: true, pack })
	})

	it('says that there is no pack', async () => {
		expect(await readPack(join(folder, 'none'))).toEqual({
			ok: false,
			problem: `There is no pack at ${join(folder, 'none')}.`,
		})
	})

	it('says that a file is no zip', async () => {
		const file = join(folder, 'pack.zip')
		writeFileSync(file, 'hello')
		const result = await readPack(file)
		expect(result).toMatchObject({ ok: false })
		expect(!result.ok && result.problem).toContain(`${file} cannot be read as a zip`)
	})
})
