import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeGraph } from '@speedfog/forge/make-graph'
import { demoPools } from '@speedfog/forge/pools'
import { readZip } from '@speedfog/forge/testing'
import type { Edge } from './edge.ts'
import { readGraph, type MapGraph } from './graph.ts'

export type NamedGraph = { name: string; graph: MapGraph }

/** Seeds of the real generator, for whoever has some beside the project; of each pool as many as that. */
export function realGraphs(ofEach = Infinity): NamedGraph[] {
	const folder = join(import.meta.dirname, '../../../../../../shared/seeds')
	const pools = existsSync(folder) ? readdirSync(folder) : []
	const files = pools.flatMap((pool) =>
		readdirSync(join(folder, pool))
			.filter((name) => name.endsWith('.zip'))
			.slice(0, ofEach)
			.map((name) => join(pool, name)),
	)
	return files.map((name) => {
		const zip = readZip(readFileSync(join(folder, name)))
		const path = [...zip.keys()].find((each) => each.endsWith('graph.json')) ?? ''
		return { name, graph: readGraph(JSON.parse(zip.get(path) ?? '')) }
	})
}

/** Of our own generator. */
export function demoGraphs(ofEach = 1): NamedGraph[] {
	return Object.entries(demoPools).flatMap(([name, pool]) =>
		Array.from({ length: ofEach }, (_, i) => ({
			name: `demo ${name} ${i + 1}`,
			graph: readGraph(makeGraph(i + 1, pool)),
		})),
	)
}

export function layersOf({ nodes }: MapGraph): string[][] {
	const layers: string[][] = []
	for (const { id, layer } of nodes) (layers[layer] ??= []).push(id)
	return layers
}

/**
 * The least number of crossings, found in another way than the product does: by the orders of each layer alone, every
 * one against every one of the layer before.
 */
export function fewestCrossings(layers: readonly (readonly string[])[], links: readonly Edge[]): number {
	let least: { slots: number[]; count: number }[] = [{ slots: [], count: 0 }]
	for (const [layer, ids] of layers.entries()) {
		const before = layers[layer - 1] ?? []
		const between = links
			.filter(({ to, from }) => ids.includes(to) && before.includes(from))
			.map(({ from, to }) => [before.indexOf(from), ids.indexOf(to)] as const)
		least = orders(ids.length).map((slots) => {
			const counts = least.map((left) => left.count + inverted(between, left.slots, slots))
			return { slots, count: Math.min(...counts) }
		})
	}
	return Math.min(...least.map(({ count }) => count))
}

function inverted(links: readonly (readonly [number, number])[], left: number[], right: number[]): number {
	let count = 0
	for (const [i, [a, b]] of links.entries())
		for (const [c, d] of links.slice(i + 1)) if ((left[a]! - left[c]!) * (right[b]! - right[d]!) < 0) count++
	return count
}

/** All ways to order so many things. */
export function orders(count: number): number[][] {
	if (count === 0) return [[]]
	return orders(count - 1).flatMap((order) =>
		Array.from({ length: count }, (_, i) => [...order.slice(0, i), count - 1, ...order.slice(i)]),
	)
}
