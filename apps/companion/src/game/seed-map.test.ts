import { buildGraph, diamond } from '@speedfog/core/graph/testing'
import { describe, expect, it } from 'vitest'
import { readSeedMap, type SeedMap } from './seed-map.ts'

function mapOf(json: unknown): SeedMap {
	const reading = readSeedMap(JSON.stringify(json))
	if (!reading.ok) throw new Error(reading.problem)
	return reading.map
}

describe('a seed map', () => {
	it('knows the flag of each gate by the list of connections', () => {
		const built = diamond()
		const map = mapOf(built.json)
		expect(map.flagsBetween('quay', 'abbey')).toEqual([built.flag('quay', 'abbey')])
		expect(map.flagsBetween('abbey', 'shaft')).toEqual([built.flag('abbey', 'shaft')])
		expect(map.flagsBetween('shaft', 'quay')).toEqual([])
	})

	it('knows every flag of two gates between the same two places', () => {
		const twice = [
			['quay', 'crown'],
			['quay', 'crown'],
		] as const
		const built = buildGraph({ layers: [['quay'], ['crown']], gates: twice })
		expect(mapOf(built.json).flagsBetween('quay', 'crown')).toEqual([
			built.flag('quay', 'crown', 0),
			built.flag('quay', 'crown', 1),
		])
	})

	it('does without connections: a flag of a place may stand at each way into it', () => {
		const built = diamond()
		const map = mapOf({ ...built.json, connections: undefined })
		expect(map.flagsBetween('grotto', 'shaft')).toEqual([
			built.flag('grotto', 'shaft'),
			built.flag('abbey', 'shaft'),
		])
	})

	it('tells a place by its map only among those that were found', () => {
		const built = diamond({ maps: { grotto: 'm30_00_00_00', abbey: 'm30_00_00_00' } })
		const map = mapOf(built.json)
		expect(map.nodeByMap('m30_00_00_00', new Set(['quay', 'abbey']))).toBe('abbey')
		expect(map.nodeByMap('m30_00_00_00', new Set(['grotto', 'abbey']))).toBeNull()
		expect(map.nodeByMap(null, new Set(['quay']))).toBeNull()
	})

	it('knows dead ends', () => {
		const gates = [
			['quay', 'grotto'],
			['quay', 'abbey'],
			['grotto', 'crown'],
		] as const
		const map = mapOf(buildGraph({ layers: [['quay'], ['grotto', 'abbey'], ['crown']], gates }).json)
		expect(['quay', 'grotto', 'abbey', 'crown'].map((node) => map.leadsToEnd(node))).toEqual([
			true,
			true,
			false,
			true,
		])
	})

	it.each([
		['{', 'graph.json is no JSON'],
		['[]', 'graph.json cannot be played: not a JSON object'],
	])('says what is wrong with %s', (text, problem) => {
		expect(readSeedMap(text)).toEqual({ ok: false, problem })
	})
})
