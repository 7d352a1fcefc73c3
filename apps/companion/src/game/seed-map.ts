import { nodesAt } from '@speedfog/core/graph/maps'
import { readGraph } from '@speedfog/core/graph/read-graph'
import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import { z } from 'zod'

/** The seed as the game has it: which gate raises which flag, and how long a place takes. */
export type SeedMap = {
	graph: SeedGraph
	/** Flags of the gates from one node to another. */
	flagsBetween(from: string, to: string): readonly number[]
	minutesIn(nodeId: string): number
	/** The map a player stands on in this node; null where the seed does not say. */
	mapOf(nodeId: string): string | null
	/** The node that a question about this map is answered with, of those that were found (P20). */
	nodeByMap(mapId: string | null, found: ReadonlySet<string>): string | null
	/** Whether the last boss can still be reached from there. */
	leadsToEnd(nodeId: string): boolean
}

export type ReadSeedMap = { ok: true; map: SeedMap } | { ok: false; problem: string }

export function readSeedMap(graphJson: string): ReadSeedMap {
	let json: unknown
	try {
		json = JSON.parse(graphJson)
	} catch {
		return { ok: false, problem: 'graph.json is no JSON' }
	}
	const reading = readGraph(json)
	if (!reading.ok) return { ok: false, problem: `graph.json cannot be played: ${reading.reasons.join('; ')}` }
	return { ok: true, map: createSeedMap(reading.graph, Extra.parse(json)) }
}

/** What no server needs and the compiled graph therefore leaves out; all of it may be missing. */
const Extra = z.object({
	nodes: z.record(z.string(), z.object({ weight: z.number().positive().catch(1) })),
	connections: z
		.array(
			z
				.object({ exit_area: z.string(), entrance_area: z.string(), flag_id: z.number() })
				.nullable()
				.catch(null),
		)
		.catch([]),
})

function createSeedMap(graph: SeedGraph, extra: z.infer<typeof Extra>): SeedMap {
	const flags = flagsOfEdges(graph, extra)
	const maps = new Map<string, string>()
	for (const [map, nodes] of graph.nodesOfMap) {
		for (const node of nodes) if (!maps.has(node)) maps.set(node, map)
	}
	const ending = nodesThatEnd(graph)
	return {
		graph,
		flagsBetween: (from, to) => flags.get(edgeKey(from, to)) ?? [],
		minutesIn: (nodeId) => extra.nodes[nodeId]?.weight ?? 1,
		mapOf: (nodeId) => maps.get(nodeId) ?? null,
		nodeByMap(mapId, found) {
			if (mapId === null) return null
			const candidates = [...nodesAt(graph, mapId)].filter((node) => found.has(node))
			return candidates.length === 1 ? (candidates[0] as string) : null
		},
		leadsToEnd: (nodeId) => ending.has(nodeId),
	}
}

/** By the gates' own list; where that is missing, every flag of a node may be raised on each way into it. */
function flagsOfEdges(graph: SeedGraph, { connections }: z.infer<typeof Extra>): Map<string, number[]> {
	const nodeOfZone = new Map<string, string>()
	for (const node of graph.nodes.values()) for (const zone of node.zones) nodeOfZone.set(zone, node.id)
	const flags = new Map<string, number[]>()
	const add = (from: string, to: string, flag: number) => {
		const key = edgeKey(from, to)
		flags.set(key, [...(flags.get(key) ?? []), flag])
	}
	const assigned = new Set<number>()
	for (const connection of connections) {
		const from = connection && nodeOfZone.get(connection.exit_area)
		const to = connection && graph.nodeOfFlag.get(connection.flag_id)
		if (!from || !to || !graph.nodes.get(from)?.next.includes(to)) continue
		add(from, to, connection.flag_id)
		assigned.add(connection.flag_id)
	}
	for (const [flag, to] of graph.nodeOfFlag) {
		if (assigned.has(flag) || flag === graph.finishFlag) continue
		for (const edge of graph.edges) if (edge.to === to) add(edge.from, to, flag)
	}
	return flags
}

function nodesThatEnd(graph: SeedGraph): Set<string> {
	const ending = new Set([graph.finalNode])
	const sources = new Map<string, string[]>()
	for (const { from, to } of graph.edges) sources.set(to, [...(sources.get(to) ?? []), from])
	for (const node of ending) for (const source of sources.get(node) ?? []) ending.add(source)
	return ending
}

function edgeKey(from: string, to: string): string {
	return `${from}>${to}`
}
