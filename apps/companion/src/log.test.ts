import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LOG_NAME, openLog } from './log.ts'

let folder: string
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the log', () => {
	it('holds what was said, with its time', () => {
		openLog(folder, () => 0).say('An older save was loaded')
		openLog(folder, () => 1_000).say('Stopped')
		expect(readFileSync(join(folder, LOG_NAME), 'utf8')).toBe(
			'1970-01-01T00:00:00.000Z An older save was loaded\n1970-01-01T00:00:01.000Z Stopped\n',
		)
	})

	it('starts anew when it has grown, and keeps two older ones', () => {
		const log = openLog(folder, () => 0)
		for (let line = 0; line < 12_000; line++)
			log.say(`Sentence ${line} of a long evening, and a little more of it`)
		const files = readdirSync(folder).sort()
		expect(files).toEqual([LOG_NAME, `${LOG_NAME}.1`, `${LOG_NAME}.2`])
		for (const file of files) expect(statSync(join(folder, file)).size).toBeLessThan(300 * 1024)
		expect(readFileSync(join(folder, LOG_NAME), 'utf8')).toContain('Sentence 11999 ')
	})

	it('is done without where it cannot be written', () => {
		expect(() => openLog(join(folder, 'nowhere'), () => 0).say('x')).not.toThrow()
	})
})
