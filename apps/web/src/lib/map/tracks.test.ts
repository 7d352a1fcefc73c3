import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crossings } from './crossings.ts'
import type { Edge } from './edge.ts'
import { demoGraphs, fewestCrossings, layersOf, orders, realGraphs } from './testing.ts'
import { assignTracks } from './tracks.ts'

/** What is compared, the first first: crossings, track differences, lines that leave their track. */
type Cost = [number, number, number]

type Small = { layers: string[][]; links: Edge[] }

const small: fc.Arbitrary<Small> = fc
	.tuple(
		fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
		fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 10 }),
	)
	.map(([widths, picks]) => {
		const layers = widths.map((width, layer) => Array.from({ length: width }, (_, i) => `${layer}.${i}`))
		const links = picks.flatMap(([layer, a, b]): Edge[] => {
			const [left, right] = [layers[layer % layers.length], layers[(layer % layers.length) + 1]]
			const [from, to] = [left?.[a % left.length], right?.[b % right.length]]
			return from !== undefined && to !== undefined ? [{ from, to }] : []
		})
		return { layers, links: unique(links) }
	})

describe('the tracks of the nodes', () => {
	it('are those of the best of all drawings, by trying each', () => {
		fc.assert(
			fc.property(small, ({ layers, links }) => {
				expect(costOf(assignTracks(layers, links), layers, links)).toEqual(bruteForce(layers, links))
			}),
			{ numRuns: 60 },
		)
	})

	it('are different for the nodes of a layer, and no more than its widest has', () => {
		fc.assert(
			fc.property(small, ({ layers, links }) => {
				const tracks = assignTracks(layers, links)
				const widest = Math.max(0, ...layers.map((layer) => layer.length))
				for (const layer of layers) {
					const taken = layer.map((id) => tracks.get(id)!)
					expect(new Set(taken).size).toBe(layer.length)
					for (const track of taken) expect(track).toBeLessThan(widest)
				}
			}),
		)
	})

	it('keep a chain of nodes level beside wider layers', () => {
		const layers = [['a'], ['b', 'c', 'd'], ['e'], ['f']]
		const links = [
			{ from: 'a', to: 'b' },
			{ from: 'b', to: 'e' },
			{ from: 'e', to: 'f' },
		]
		const tracks = assignTracks(layers, links)
		expect(new Set(['a', 'b', 'e', 'f'].map((id) => tracks.get(id)))).toEqual(new Set([1]))
	})

	it('are found for layers of six', () => {
		const layers = Array.from({ length: 4 }, (_, layer) =>
			Array.from({ length: 6 }, (_, i) => `${layer}.${i}`),
		)
		// Every layer is turned upside down: a drawing without crossings turns it back.
		const links = layers
			.slice(1)
			.flatMap((right, i) => right.map((to, j) => ({ from: layers[i]![5 - j]!, to })))
		expect(costOf(assignTracks(layers, links), layers, links)).toEqual([0, 0, 0])
	})
})

describe.each([...realGraphs(2), ...demoGraphs()])('$name', ({ graph }) => {
	const layers = layersOf(graph)

	it('has as few crossings as any order of its layers', () => {
		const tracks = assignTracks(layers, graph.edges)
		expect(costOf(tracks, layers, graph.edges)[0]).toBe(fewestCrossings(layers, graph.edges))
	})
})

function costOf(
	tracks: ReadonlyMap<string, number>,
	layers: readonly string[][],
	links: readonly Edge[],
): Cost {
	const layerOf = new Map(layers.flatMap((ids, layer) => ids.map((id) => [id, layer])))
	const rises = links.map(({ from, to }) => Math.abs(tracks.get(from)! - tracks.get(to)!))
	return [
		crossings(links, layerOf, tracks),
		rises.reduce((sum, rise) => sum + rise, 0),
		rises.filter((rise) => rise > 0).length,
	]
}

/** Every placement of every layer with every other: only for the smallest of graphs. */
function bruteForce(layers: readonly string[][], links: readonly Edge[]): Cost {
	const trackCount = Math.max(1, ...layers.map((layer) => layer.length))
	let best: Cost = [Infinity, Infinity, Infinity]
	const lay = (layer: number, tracks: Map<string, number>) => {
		if (layer === layers.length) {
			const cost = costOf(tracks, layers, links)
			if (compare(cost, best) < 0) best = cost
			return
		}
		for (const order of orders(trackCount))
			lay(layer + 1, new Map([...tracks, ...layers[layer]!.map((id, i) => [id, order[i]!] as const)]))
	}
	lay(0, new Map())
	return best
}

function compare(a: Cost, b: Cost): number {
	return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

function unique(links: readonly Edge[]): Edge[] {
	return [...new Map(links.map((link) => [`${link.from} ${link.to}`, link])).values()]
}
