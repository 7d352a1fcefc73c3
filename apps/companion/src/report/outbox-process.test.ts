import { build } from 'esbuild'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOutbox } from './outbox.ts'

const KILLS = 8
let folder: string
let writer: string

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'outbox-'))
	writer = join(folder, 'writer.mjs')
	await build({
		entryPoints: [fileURLToPath(new URL('testing/outbox-writer.ts', import.meta.url))],
		outfile: writer,
		bundle: true,
		platform: 'node',
		format: 'esm',
	})
})
afterAll(() => rmSync(folder, { recursive: true }))

const flagsIn = (file: string) => {
	const outbox = openOutbox(file, () => {})
	outbox.close()
	return outbox
		.queue()
		.entries.flatMap(({ message }) => (message.type === 'event_flag' ? [message.flag_id] : []))
}

describe('an outbox of another process', () => {
	it('[C8] has lost nothing of what it had taken, whenever the process was killed', async () => {
		const file = join(folder, 'killed.jsonl')
		let lost = 0
		let safe: number[] = []
		for (let kill = 0; kill < KILLS; kill++) {
			const child = spawn(process.execPath, [writer, file, String(safe.length + 1)])
			const said = text(child.stdout)
			await once(child.stdout, 'data')
			await sleep(Math.random() * 60)
			child.kill('SIGKILL')
			const told = (await said)
				.split('\n')
				.filter((line) => line !== '')
				.map(Number)
			const kept = flagsIn(file)
			lost += told.filter((id) => !kept.includes(id)).length
			expect(kept, 'in order, each once').toEqual(kept.map((_, index) => index + 1))
			safe = kept
		}
		process.stdout.write(`${KILLS} kills, ${safe.length} flags: ${lost} lost\n`)
		expect(lost).toBe(0)
		expect(safe.length).toBeGreaterThan(KILLS)
	})

	it.runIf(process.platform === 'linux')(
		'[C8] goes on when the disk is full, says so, and stays readable',
		async () => {
			const file = join(folder, 'full.jsonl')
			// No file may grow beyond 4 KiB: a line is cut short as on a full disk.
			const command = `ulimit -f 4; exec ${process.execPath} ${writer} ${file} 1`
			const child = spawn('bash', ['-c', command])
			const [problem] = (await once(child.stderr, 'data')) as [Buffer]
			expect(String(problem)).toMatch(/full\.jsonl cannot be written \(EFBIG\): make room there/)
			await sleep(50)
			child.kill('SIGKILL')
			const kept = flagsIn(file)
			expect(kept.length).toBeGreaterThan(20)
			expect(kept).toEqual(kept.map((_, index) => index + 1))
		},
	)
})
