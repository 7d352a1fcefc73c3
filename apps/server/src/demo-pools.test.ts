import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fill } from './demo-pools.ts'
import { silentLog } from './log.ts'

const POOLS = ['training_marathon', 'training_sprint', 'training_standard']

describe('the default folder of pools', () => {
	let folder: string
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), 'speedfog-demo-'))
	})
	afterEach(() => rm(folder, { recursive: true }))

	it('is filled when it is empty or not there', async () => {
		await fill(join(folder, 'pools'), silentLog)
		expect((await readdir(join(folder, 'pools'))).sort()).toEqual(POOLS)
	})

	it('is finished when an earlier start broke off', async () => {
		await mkdir(join(folder, 'training_sprint'))
		await writeFile(join(folder, '.unfinished'), '')
		await fill(folder, silentLog)
		expect((await readdir(folder)).sort()).toEqual(POOLS)
		expect(await readdir(join(folder, 'training_sprint'))).toContain('config.toml')
	})

	it('is left alone when somebody put pools of their own into it', async () => {
		await mkdir(join(folder, 'mine'))
		await fill(folder, silentLog)
		expect(await readdir(folder)).toEqual(['mine'])
	})
})
