import type { GraphNode } from './seed-graph.ts'

type Nodes = ReadonlyMap<string, GraphNode>

/** Node ids so that every edge leads forwards; null where the edges run in a circle. */
export function topological(nodes: Nodes): string[] | null {
	const open = new Map<string, number>()
	for (const id of nodes.keys()) open.set(id, 0)
	for (const node of nodes.values()) for (const to of node.next) open.set(to, (open.get(to) ?? 0) + 1)
	const order = [...nodes.keys()].filter((id) => open.get(id) === 0)
	// `order` grows while it is walked: each node is appended when its last predecessor is passed.
	for (const id of order) {
		for (const to of nodes.get(id)?.next ?? []) {
			const left = (open.get(to) ?? 0) - 1
			open.set(to, left)
			if (left === 0) order.push(to)
		}
	}
	return order.length === nodes.size ? order : null
}

/** How many ways lead from `start` to each node, without walking any of them. */
export function countPaths(nodes: Nodes, order: readonly string[], start: string): Map<string, number> {
	const paths = new Map([[start, 1]])
	for (const id of order) {
		const here = paths.get(id)
		if (here === undefined) continue
		for (const to of nodes.get(id)?.next ?? []) paths.set(to, (paths.get(to) ?? 0) + here)
	}
	return paths
}
