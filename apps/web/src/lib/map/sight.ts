import type { VisitView } from '@speedfog/core/protocol/shapes'
import type { MapGraph } from './graph.ts'

/** What of the graph may be seen, and the way that was taken through it. */
export type Sight = {
	/** Nodes that are drawn with their name. */
	known: ReadonlySet<string>
	/** Edges that are drawn whole. */
	lines: ReadonlySet<string>
	/** Edges of which only the beginning is drawn: exits that lead into the fog. */
	stubs: ReadonlySet<string>
	/** Edges that were walked, in the order of the first time. */
	way: readonly string[]
	/** The furthest layer with a known node. */
	frontier: number
}

export const edgeKey = (from: string, to: string): string => `${from} ${to}`

/**
 * Revealed: everything. Else only what the run has found: the nodes, the way between them, and the beginnings
 * of the exits; an exit to a node that is known, but was never taken, stays a stub too.
 */
export function look(graph: MapGraph, visits: readonly VisitView[], revealed: boolean): Sight {
	const edges = graph.edges.map(({ from, to }) => edgeKey(from, to))
	const exists = new Set(edges)
	const way = new Set<string>()
	const visited = new Set<string>()
	for (const { node_id, from_node_id } of visits) {
		visited.add(node_id)
		const step = from_node_id === null ? '' : edgeKey(from_node_id, node_id)
		if (exists.has(step)) way.add(step)
	}
	if (visited.size === 0) for (const node of graph.nodes) if (node.kind === 'start') visited.add(node.id)

	const known = revealed ? new Set(graph.byId.keys()) : visited
	const stubs = revealed
		? []
		: graph.edges.filter((e) => visited.has(e.from)).map((e) => edgeKey(e.from, e.to))
	return {
		known,
		lines: revealed ? exists : way,
		stubs: new Set(stubs.filter((key) => !way.has(key))),
		way: [...way],
		frontier: Math.max(0, ...[...known].map((id) => graph.byId.get(id)?.layer ?? 0)),
	}
}
