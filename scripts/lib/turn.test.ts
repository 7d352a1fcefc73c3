import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { alone } from './turn.mjs'

const MODULE = new URL('./turn.mjs', import.meta.url).href

const folder = mkdtempSync(join(tmpdir(), 'turn-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Another process that takes its turn, says so, and holds it for a while. */
function taker(holdMs: number) {
	const code = `import { alone } from ${JSON.stringify(MODULE)}
await alone(async () => {
	console.log('in', Date.now())
	await new Promise((resolve) => setTimeout(resolve, ${holdMs}))
	console.log('out', Date.now())
}, ${JSON.stringify(folder)})`
	const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
		stdio: ['ignore', 'pipe', 'inherit'],
	})
	let output = ''
	child.stdout.on('data', (chunk) => (output += chunk))
	const at = (word: string) => Number(new RegExp(`${word} (\\d+)`).exec(output)?.[1])
	return { child, at, ended: once(child, 'close') }
}

test('two processes take turns', async () => {
	const takers = [taker(400), taker(400)]
	await Promise.all(takers.map(({ ended }) => ended))
	const [first, second] = takers.sort((a, b) => a.at('in') - b.at('in'))
	expect(second!.at('in')).toBeGreaterThanOrEqual(first!.at('out'))
})

test('a process that was killed in its turn does not hold up the next', async () => {
	const killed = taker(60_000)
	await expect.poll(() => killed.at('in'), { timeout: 10_000 }).toBeGreaterThan(0)
	killed.child.kill('SIGKILL')
	await killed.ended
	const next = taker(0)
	await next.ended
	expect(next.at('out')).toBeGreaterThan(0)
}, 20_000)

test('who may not write there is not kept from what needs no turn', async () => {
	const closed = `${fileURLToPath(import.meta.url)}/.cache`
	expect(await alone(async () => 'done', closed)).toBe('done')
})
