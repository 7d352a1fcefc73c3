import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sentences } from './report/records.ts'

const ROOT = join(import.meta.dirname, '../../..')
const manual = readFileSync(join(ROOT, 'docs/companion.md'), 'utf8')

/** What the companion says itself, and what it passes on from the server. */
const sources = ['apps/companion/src', 'apps/server/src/training', 'packages/core/src/run']
	.flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
			join(ROOT, folder, name),
		),
	)
	.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
	.map((file) => readFileSync(file, 'utf8').replaceAll(/' \+\s+'/g, ''))
	.join('\n')

/** The first column of both tables of messages, without what stands for something else. */
const messages = manual
	.slice(manual.indexOf('## What it may say'))
	.split('\n')
	.flatMap((line) => /^\| ([^|]+?) +\|/.exec(line)?.[1] ?? [])
	.filter((cell) => !/^(-+|it says)$/.test(cell))

describe('the manual', () => {
	it.each(messages)('names a message that there is: %s', (message) => {
		const words = message.replace(/ \(or another.*\)$/, '').replace(/^(Stopped|Offline): /, '')
		for (const part of words.split(/…|, or |is 1 or 2|is 3|`/)) {
			const said = part.replace(/[:;,.]? *$/, '').trim()
			expect(sources.includes(said), said).toBe(true)
		}
	})

	it.each(Object.values(sentences))('names what is said of a save: %s', (sentence) => {
		expect(messages.some((message) => sentence.startsWith(message))).toBe(true)
	})
})
