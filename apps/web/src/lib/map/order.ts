import type { Edge } from './edge.ts'

const sweeps = 12

/**
 * The order of the nodes in each layer with few crossings: barycentre sweeps forth and back, then swaps of
 * neighbours for as long as they help; the best drawing seen is kept.
 */
export function orderLayers(layers: readonly string[][], links: readonly Edge[]): string[][] {
	const before = neighbours(links, 'to', 'from')
	const after = neighbours(links, 'from', 'to')
	let current = layers.map((layer) => [...layer])
	let best = current
	let fewest = crossings(best, links)
	for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
		const forth = sweep % 2 === 0
		current = swapped(swept(current, forth ? before : after, forth), before, after)
		const count = crossings(current, links)
		if (count < fewest) [best, fewest] = [current, count]
	}
	return best
}

function crossings(layers: readonly string[][], links: readonly Edge[]): number {
	const after = neighbours(links, 'from', 'to')
	let count = 0
	for (const [i, layer] of layers.slice(0, -1).entries()) {
		const slots = slotsOf(layers[i + 1] ?? [])
		for (const [j, upper] of layer.entries())
			for (const lower of layer.slice(j + 1)) count += inverted(after.get(upper), after.get(lower), slots)
	}
	return count
}

type Neighbours = ReadonlyMap<string, readonly string[]>
type Slots = ReadonlyMap<string, number>

function neighbours(links: readonly Edge[], key: 'from' | 'to', value: 'from' | 'to'): Neighbours {
	const map = new Map<string, string[]>()
	for (const link of links) {
		const list = map.get(link[key])
		if (list) list.push(link[value])
		else map.set(link[key], [link[value]])
	}
	return map
}

const slotsOf = (layer: readonly string[]): Slots => new Map(layer.map((id, slot) => [id, slot]))

function inverted(upper: readonly string[] = [], lower: readonly string[] = [], slots: Slots): number {
	let count = 0
	for (const a of upper) for (const b of lower) if ((slots.get(a) ?? 0) > (slots.get(b) ?? 0)) count++
	return count
}

function swept(layers: readonly string[][], toward: Neighbours, forth: boolean): string[][] {
	const next = layers.map((layer) => [...layer])
	const indices = next.map((_, i) => i)
	for (const i of forth ? indices.slice(1) : indices.slice(0, -1).reverse()) {
		const slots = slotsOf(next[forth ? i - 1 : i + 1] ?? [])
		const weight = new Map(
			next[i]?.map((id, slot) => {
				const at = (toward.get(id) ?? []).map((n) => slots.get(n) ?? 0)
				return [id, at.length === 0 ? slot : at.reduce((a, b) => a + b, 0) / at.length]
			}),
		)
		next[i]?.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0))
	}
	return next
}

/** Exchanges neighbours of a layer as long as that takes crossings away on both sides together. */
function swapped(layers: readonly string[][], before: Neighbours, after: Neighbours): string[][] {
	const next = layers.map((layer) => [...layer])
	for (let better = true; better;) {
		better = false
		for (const [i, layer] of next.entries()) {
			const left = slotsOf(next[i - 1] ?? [])
			const right = slotsOf(next[i + 1] ?? [])
			const cost = (a: string, b: string) =>
				inverted(before.get(a), before.get(b), left) + inverted(after.get(a), after.get(b), right)
			for (let slot = 0; slot + 1 < layer.length; slot++) {
				const [a, b] = [layer[slot], layer[slot + 1]]
				if (a === undefined || b === undefined || cost(b, a) >= cost(a, b)) continue
				layer[slot] = b
				layer[slot + 1] = a
				better = true
			}
		}
	}
	return next
}
