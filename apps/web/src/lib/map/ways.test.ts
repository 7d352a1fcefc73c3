import { expect, it } from 'vitest'
import { fold } from './fold.ts'
import { layoutMap } from './layout.ts'
import { arches, colourOf, strokes } from './ways.ts'

const ids = ['a', 'b', 'c', 'd']
const nodes = ids.map((id, layer) => ({ id, layer }))
const edges = ids.slice(1).map((to, i) => ({ from: ids[i]!, to }))
const row = layoutMap(nodes, edges)
const rows = layoutMap(nodes, edges, { ...fold(4, 400), perRow: 2, rows: 2 })
const back = { legs: [], returns: [{ from: 'd', to: 'a' }] }

it('draws a way back as one arch between stations of a row, clear of the numbers above', () => {
	const [arch] = arches(row, back)
	expect(arch?.d.match(/M/g)).toHaveLength(1)
	for (const [, y] of arch!.d.matchAll(/[\d.]+ ([\d.]+)/g)) expect(Number(y)).toBeGreaterThanOrEqual(24)
	expect(arch?.head.startsWith(`M${row.places.get('a')!.x - 4} `)).toBe(true)
})

it('begins and ends a way back to another row, and draws nothing across the rows', () => {
	const [arch] = arches(rows, back)
	expect(arch?.d.match(/M/g)).toHaveLength(2)
	expect(arch?.d).not.toContain('C')
})

it('bows a way back within a layer aside, so that it touches no station between', () => {
	const beside = layoutMap(
		ids.map((id) => ({ id, layer: 0 })),
		[],
	)
	const [arch] = arches(beside, back)
	const { x } = beside.places.get('a')!
	for (const [, each] of arch!.d.matchAll(/([\d.]+) [\d.]+/g)) expect(Number(each)).toBeLessThan(x - 10)
})

it('lays the way that led here over the detours, which take turns in four colours', () => {
	const legs = [
		{ from: 'a', to: 'b', branch: 0 },
		{ from: 'b', to: 'c', branch: 5 },
	]
	expect(strokes(row, { legs, returns: [] }).map(({ branch }) => branch)).toEqual([5, 0])
	expect([0, 1, 4, 5].map(colourOf)).toEqual([0, 1, 4, 1])
})
