import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { Refused } from './refused.ts'
import { ensure } from './secret-key.ts'

describe('the secret key of a data folder', () => {
	let dataDir: string
	beforeEach(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'speedfog-key-'))
	})
	afterEach(() => rm(dataDir, { recursive: true }))

	it('is made once, also by starts at the same time', async () => {
		const keys = await Promise.all([ensure(dataDir), ensure(dataDir), ensure(dataDir)])
		expect(new Set(keys.map(String)).size).toBe(1)
		expect(await ensure(dataDir)).toEqual(keys[0])
		expect(await readdir(dataDir)).toEqual(['secret-key'])
	})

	it('is the same when its text is given as SECRET_KEY', async () => {
		const key = await ensure(dataDir)
		const text = (await readFile(join(dataDir, 'secret-key'), 'utf8')).trim()
		const read = readConfig({ SECRET_KEY: text })
		expect(read.ok && read.settings.secretKey).toEqual(key)
	})

	it('is never replaced when it is damaged', async () => {
		await writeFile(join(dataDir, 'secret-key'), 'short')
		await expect(ensure(dataDir)).rejects.toThrow(Refused)
		expect(await readFile(join(dataDir, 'secret-key'), 'utf8')).toBe('short')
	})
})
