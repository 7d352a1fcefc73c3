import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'docs/security.md'), 'utf8')

/** Each title in quotes belongs to the last file named before it in its row. */
const named = text.split('\n').flatMap((row) => {
	let file = ''
	return [...row.matchAll(/`([\w/-]+\.test\.ts)`|“([^”]+)”/g)].flatMap(([, path, title]) => {
		file = path ?? file
		return title === undefined ? [] : [[file, title] as const]
	})
})

it('docs/security.md names a test for every threat', () => {
	const threats = text.split('\n').filter((row) => row.startsWith('|') && !/^\|\s*(threat|-)/.test(row))
	expect(threats.length).toBeGreaterThan(20)
	for (const row of threats) expect(row).toMatch(/`[\w/-]+\.test\.ts` “[^”]+”/)
})

it.each(named)('docs/security.md names a test that exists: %s “%s”', (file, title) => {
	const path = join(root, 'apps/server/src', file)
	expect(existsSync(path)).toBe(true)
	const source = readFileSync(path, 'utf8').replaceAll("\\'", "'")
	expect(source).toContain(title)
})
