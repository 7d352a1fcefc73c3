import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lock } from './lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'lock-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.runIf(process.platform === 'linux')('the lock of an outbox', () => {
	it('is held by one at a time', async () => {
		const file = join(folder, 'one')
		const first = await lock(file)
		expect(await lock(file)).toBeNull()
		expect(await lock(join(folder, 'other'))).not.toBeNull()
		first?.release()
		expect(await lock(file)).not.toBeNull()
	})

	it('is given back by the dead', async () => {
		const file = join(folder, 'dead')
		const source = join(import.meta.dirname, 'lock.ts')
		const hold = `import { lock } from ${JSON.stringify(source)}
			console.log(await lock(${JSON.stringify(file)}) === null)
			setInterval(() => {}, 1000)`
		const holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', hold])
		const [said] = (await once(holder.stdout, 'data')) as [Buffer]
		expect(String(said)).toBe('false\n')
		expect(await lock(file)).toBeNull()
		holder.kill('SIGKILL')
		await once(holder, 'exit')
		expect(await lock(file)).not.toBeNull()
	})
})
