import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BadTemplate, resolveTemplate } from './templates.ts'

let folder: string

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'templates-'))
})
afterEach(() => rm(folder, { recursive: true }))

const put = (name: string, text: string) => writeFile(join(folder, `${name}.toml`), text)

describe('a template', () => {
	it('merges tables with those it extends, and wins in scalars and arrays', async () => {
		await put('_base', 'a = 1\nlist = [1, 2]\n[t]\nx = 1\ny = 1\n[t.deep]\nk = 1\nl = 1\n')
		await put('middle', 'extends = "_base"\n[t]\ny = 2\n[t.deep]\nl = 2\n[new]\nn = 2\n')
		await put('top', 'extends = "middle"\nlist = [3]\n[t.deep]\nl = 3\n')
		expect(resolveTemplate(folder, 'top')).toEqual({
			a: 1,
			list: [3],
			t: { x: 1, y: 2, deep: { k: 1, l: 3 } },
			new: { n: 2 },
		})
	})

	it('replaces a table by a scalar and a scalar by a table', async () => {
		await put('a', 'x = 1\n[y]\nz = 1')
		await put('b', 'extends = "a"\ny = false\nx = { z = 2 }')
		expect(resolveTemplate(folder, 'b')).toEqual({ x: { z: 2 }, y: false })
	})

	it('stands on three others at most', async () => {
		await put('l1', 'x = 1')
		for (const level of [2, 3, 4, 5]) await put(`l${level}`, `extends = "l${level - 1}"`)
		expect(resolveTemplate(folder, 'l4')).toEqual({ x: 1 })
		expect(() => resolveTemplate(folder, 'l5')).toThrow('more than 4 levels')
	})

	it('is refused when it extends itself, at once or in a circle', async () => {
		await put('self', 'extends = "self"')
		await put('a', 'extends = "b"')
		await put('b', 'extends = "a"')
		expect(() => resolveTemplate(folder, 'self')).toThrow('self extends self: that is a circle')
		expect(() => resolveTemplate(folder, 'a')).toThrow('a extends b extends a: that is a circle')
	})

	it.each([
		['a file that is not there', 'extends = "none"', 'none.toml is not there'],
		['a path', 'extends = "../x"', '"../x" is no name of a pool'],
		['no name at all', 'extends = 7', 'extends takes the name'],
		['what TOML does not allow', 'a = ', 'top.toml: Invalid TOML'],
	])('is refused with a reason when it holds %s', async (_, text, reason) => {
		await put('top', text)
		expect(() => resolveTemplate(folder, 'top')).toThrow(BadTemplate)
		expect(() => resolveTemplate(folder, 'top')).toThrow(reason)
	})
})
