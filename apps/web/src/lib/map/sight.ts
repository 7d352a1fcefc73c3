import type { VisitView } from '@speedfog/core/protocol/shapes'
import type { MapGraph } from './graph.ts'
import { edgeKey, walk, type Walk } from './walk.ts'

/** What of the graph may be seen, and the way that was taken through it. */
export type Sight = {
	/** Nodes that are drawn with their name. */
	known: ReadonlySet<string>
	/** Edges that are drawn whole. */
	lines: ReadonlySet<string>
	/** Edges of which only the beginning is drawn: exits that lead into the fog. */
	stubs: ReadonlySet<string>
	/** Nodes that the run was in. */
	visited: ReadonlySet<string>
	way: Walk
	/** The furthest layer with a known node. */
	frontier: number
}

/**
 * Revealed: everything. Else only what the run has found: the nodes, the way between them, and the beginnings
 * of the exits; an exit to a node that is known, but was never taken, stays a stub too.
 */
export function look(graph: MapGraph, visits: readonly VisitView[], revealed: boolean): Sight {
	const way = walk(graph, visits)
	const walked = new Set(way.legs.map(({ from, to }) => edgeKey(from, to)))
	const visited = new Set(visits.map((visit) => visit.node_id))
	const seen =
		visited.size > 0 ? visited : new Set(graph.nodes.flatMap(({ id, kind }) => (kind === 'start' ? id : [])))

	const known = revealed ? new Set(graph.byId.keys()) : seen
	const stubs = revealed ? [] : graph.edges.filter((e) => seen.has(e.from)).map((e) => edgeKey(e.from, e.to))
	return {
		known,
		lines: revealed ? new Set(graph.edges.map(({ from, to }) => edgeKey(from, to))) : walked,
		stubs: new Set(stubs.filter((key) => !walked.has(key))),
		visited,
		way,
		frontier: Math.max(0, ...[...known].map((id) => graph.byId.get(id)?.layer ?? 0)),
	}
}
