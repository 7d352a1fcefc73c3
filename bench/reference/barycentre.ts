type Link = { from: string; to: string }

/**
 * What graph drawing usually does: each layer sorted by the mean place of its neighbours, once from left to right
 * and once back. Returns each node's place in its layer, the layers being centred.
 */
export function barycentre(
	layers: readonly (readonly string[])[],
	links: readonly Link[],
): Map<string, number> {
	const sorted = layers.map((layer) => [...layer])
	sweep(sorted, gather(links, 'to', 'from'), 1)
	sweep(sorted, gather(links, 'from', 'to'), -1)
	const widest = Math.max(...layers.map((layer) => layer.length))
	return new Map(
		sorted.flatMap((layer) => {
			const first = Math.floor((widest - layer.length) / 2)
			return layer.map((id, slot) => [id, first + slot] as const)
		}),
	)
}

function sweep(layers: string[][], toward: Map<string, string[]>, step: 1 | -1): void {
	const indices = layers.map((_, i) => i)
	for (const i of step === 1 ? indices.slice(1) : indices.slice(0, -1).reverse()) {
		const slots = new Map(layers[i - step]?.map((id, slot) => [id, slot]))
		const mean = new Map(
			layers[i]?.map((id, slot) => {
				const at = (toward.get(id) ?? []).flatMap((other) => slots.get(other) ?? [])
				return [id, at.length === 0 ? slot : at.reduce((a, b) => a + b, 0) / at.length]
			}),
		)
		layers[i]?.sort((a, b) => mean.get(a)! - mean.get(b)!)
	}
}

function gather(links: readonly Link[], key: keyof Link, value: keyof Link): Map<string, string[]> {
	const found = new Map<string, string[]>()
	for (const link of links) found.set(link[key], [...(found.get(link[key]) ?? []), link[value]])
	return found
}
