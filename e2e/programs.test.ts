import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as wine from './wine.ts'

const PROGRAMS = join(import.meta.dirname, '../apps/companion/dist/programs')
const linux = join(PROGRAMS, 'speedfog-companion')
const windows = join(PROGRAMS, 'speedfog-companion.exe')
/** That of the list by which the server finds them. */
const version = () => {
	const list = JSON.parse(readFileSync(join(PROGRAMS, 'programs.json'), 'utf8')) as { version: string }
	return list.version
}
const isLinux = process.platform === 'linux' && process.arch === 'x64'

describe.runIf(isLinux)('the companion in one file for Linux', () => {
	it('starts without anything beside it, and tells its version', () => {
		const said = execFileSync(linux, ['--version'], { encoding: 'utf8', cwd: '/', env: {} })
		expect(said).toBe(`${version()}\n`)
	})

	it('looks for the game', () => {
		const end = () => execFileSync(linux, ['--diagnose'], { encoding: 'utf8', env: {} })
		expect(end).toThrow(
			expect.objectContaining({ status: 1, stdout: expect.stringContaining('not running') }),
		)
	})
})

describe.runIf(isLinux)('the companion in one file for Windows', () => {
	it('bears no signature, since that of the Node inside would no longer be true', () => {
		const bytes = readFileSync(windows)
		const optional = bytes.readUInt32LE(0x3c) + 24
		const certificates = bytes.readBigUInt64LE(optional + 112 + 4 * 8)
		expect([bytes.toString('latin1', 0, 2), certificates]).toEqual(['MZ', 0n])
	})

	it('is small enough to be downloaded', () => {
		expect(statSync(windows).size).toBeLessThan(100 * 1024 * 1024)
	})
})

describe.runIf(isLinux && wine.has('wine'))(
	'the companion for Windows on Wine (apt-get install wine64)',
	() => {
		let folder: string

		beforeAll(async () => {
			folder = mkdtempSync(join(tmpdir(), 'speedfog-wine-'))
			await wine.openWine()
		})
		afterAll(() => {
			wine.closeWine()
			rmSync(folder, { recursive: true })
		})

		it('starts, loads its native part from within, and looks for the game', async () => {
			const output = join(folder, 'said')
			expect(await wine.run(windows, ['--version'], output)).toBe(0)
			expect(readFileSync(output, 'utf8')).toBe(`${version()}\n`)
			expect(await wine.run(windows, ['--diagnose'], output)).toBe(1)
			expect(readFileSync(output, 'utf8')).toMatch(/^Companion .*, win32 x64[^]*not running/)
		})
	},
)
