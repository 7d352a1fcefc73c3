import type { MapNode } from './graph.ts'

/**
 * The tier of each layer's zones, for the head of its column: "5", or "4–6" where they differ. What is not among
 * the nodes is not told.
 */
export function tiersByLayer(nodes: readonly MapNode[]): Map<number, string> {
	const spans = new Map<number, { least: number; most: number }>()
	for (const { layer, tier } of nodes) {
		if (tier === null) continue
		const { least, most } = spans.get(layer) ?? { least: tier, most: tier }
		spans.set(layer, { least: Math.min(least, tier), most: Math.max(most, tier) })
	}
	return new Map(
		[...spans].map(([layer, { least, most }]) => [layer, least === most ? `${least}` : `${least}–${most}`]),
	)
}
