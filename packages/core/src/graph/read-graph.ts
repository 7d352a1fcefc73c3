import { maxInt32 } from '../protocol/limits.ts'
import type { SpawnItem } from '../protocol/shapes.ts'
import { add, asText, type Findings, isInteger, isObject, quote } from './findings.ts'
import { mapOfGate } from './maps.ts'
import { countPaths, topological } from './order.ts'
import { readFlags } from './read-flags.ts'
import { type OpenNode, readNodes } from './read-nodes.ts'
import type { SeedGraph } from './seed-graph.ts'

export type GraphReading =
	{ ok: true; graph: SeedGraph; warnings: string[] } | { ok: false; reasons: string[] }

const maxEdges = 100_000
/** A zone belongs to one node; the limit keeps a made-up file from costing nodes × gates. */
const maxNodesOfZone = 20
/** Care package entry that is an Ash of War: the one kind the mod has to give itself. */
const ashOfWar = 4

/**
 * Checks a parsed graph.json and compiles it. Takes any value: what cannot be played gives reasons, what is
 * only odd gives warnings, unknown fields are nobody's business.
 */
export function readGraph(json: unknown): GraphReading {
	if (!isObject(json)) return { ok: false, reasons: ['not a JSON object'] }
	const findings: Findings = { reasons: [], warnings: [] }
	const nodes = readNodes(json.nodes, findings)
	const edges = readEdges(json.edges, nodes, findings)
	const flags = readFlags(json, nodes, findings)
	const startNode = findStart(json, nodes, findings)
	const finalNode = findFinal(nodes, findings)
	const order = topological(nodes)
	if (order === null) add(findings.reasons, 'the edges run in a circle')
	if (findings.reasons.length > 0 || order === null) return { ok: false, reasons: findings.reasons }

	const paths = countPaths(nodes, order, startNode)
	const unreachable = [...nodes.keys()].filter((id) => !paths.has(id))
	for (const id of unreachable) add(findings.warnings, `node ${quote(id)} cannot be reached from the start`)
	const graph: SeedGraph = {
		version: readVersion(json.version, findings),
		nodes,
		edges,
		startNode,
		finalNode,
		totalLayers: readTotalLayers(json.total_layers, nodes, findings),
		totalNodes: readTotalNodes(json.total_nodes, nodes, findings),
		totalPaths: readTotalPaths(json.total_paths, paths.get(finalNode) ?? 0),
		...flags,
		spawnItems: readSpawnItems(json.care_package),
		nodesOfMap: readMaps(json.connections, nodes),
	}
	return { ok: true, graph, warnings: findings.warnings }
}

/** Distinct pairs, also filled in as each node's `next`. Without the list the exits stand in for it. */
function readEdges(json: unknown, nodes: Map<string, OpenNode>, findings: Findings): SeedGraph['edges'] {
	const list = json === undefined ? edgesOfExits(nodes) : json
	if (json === undefined) add(findings.warnings, 'edges is missing: taken from the exits')
	if (!Array.isArray(list) || list.length > maxEdges) {
		add(findings.reasons, Array.isArray(list) ? `more than ${maxEdges} edges` : 'edges is not a list')
		return []
	}
	const targets = new Map<string, Set<string>>()
	for (const edge of list as unknown[]) {
		const [from, to] = isObject(edge) ? [edge.from, edge.to] : [undefined, undefined]
		const missing = [from, to].find((end) => typeof end !== 'string' || !nodes.has(end))
		if (!isObject(edge)) add(findings.reasons, 'an edge is not an object')
		else if (typeof from !== 'string' || typeof to !== 'string' || missing !== undefined)
			add(findings.reasons, `an edge ends at ${quote(missing)}, which is not a node`)
		else targets.set(from, (targets.get(from) ?? new Set()).add(to))
	}
	for (const [from, tos] of targets) nodes.get(from)?.next.push(...tos)
	return [...targets].flatMap(([from, tos]) => [...tos].map((to) => ({ from, to })))
}

function edgesOfExits(nodes: Map<string, OpenNode>) {
	return [...nodes.values()].flatMap((node) => node.exits.map(({ to }) => ({ from: node.id, to })))
}

function findStart(json: Record<string, unknown>, nodes: Map<string, OpenNode>, findings: Findings): string {
	const [start, second] = ofType(nodes, 'start')
	if (second !== undefined) add(findings.reasons, 'there is more than one start node')
	if (start !== undefined) return start
	// Only hand-made graphs name their start at the top.
	if (typeof json.start_node === 'string' && nodes.has(json.start_node)) return json.start_node
	add(findings.reasons, 'there is no start node')
	return ''
}

function findFinal(nodes: Map<string, OpenNode>, findings: Findings): string {
	const [final, second] = ofType(nodes, 'final_boss')
	if (final === undefined) add(findings.reasons, 'there is no final_boss node')
	if (second !== undefined) add(findings.reasons, 'there is more than one final_boss node')
	return final ?? ''
}

function ofType(nodes: Map<string, OpenNode>, type: string): string[] {
	return [...nodes.values()].filter((node) => node.type === type).map((node) => node.id)
}

function readVersion(json: unknown, findings: Findings): string {
	const version = asText(json)?.slice(0, 20) ?? 'unknown'
	if (Number.parseInt(version, 10) < 4) add(findings.warnings, `version ${quote(version)} is older than 4`)
	return version
}

function readTotalLayers(json: unknown, nodes: Map<string, OpenNode>, findings: Findings): number {
	let counted = 0
	for (const node of nodes.values()) counted = Math.max(counted, node.layer + 1)
	if (json === undefined) add(findings.warnings, `total_layers is missing: counted ${counted}`)
	else if (json !== counted) add(findings.warnings, `total_layers is not ${counted}, the number of layers`)
	return counted
}

function readTotalNodes(json: unknown, nodes: Map<string, OpenNode>, findings: Findings): number {
	if (json !== undefined && json !== nodes.size)
		add(findings.warnings, `total_nodes is not ${nodes.size}, the number of nodes`)
	return nodes.size
}

function readTotalPaths(json: unknown, counted: number): number | null {
	if (isInteger(json, 0, Number.MAX_SAFE_INTEGER)) return json
	return Number.isSafeInteger(counted) ? counted : null
}

function readSpawnItems(json: unknown): SpawnItem[] {
	if (!Array.isArray(json)) return []
	return (json as unknown[])
		.filter(isObject)
		.filter((item) => item.type === ashOfWar)
		.flatMap(({ id }) => (isInteger(id, 1, maxInt32) ? [{ id, qty: 1 }] : []))
}

/** A gate stands in the map its name begins with, and belongs to the nodes that hold its zone. */
function readMaps(json: unknown, nodes: Map<string, OpenNode>): Map<string, string[]> {
	const nodesOfZone = new Map<string, string[]>()
	for (const node of nodes.values()) {
		for (const zone of node.zones) {
			const known = nodesOfZone.get(zone)
			if (known === undefined) nodesOfZone.set(zone, [node.id])
			else if (known.length < maxNodesOfZone) known.push(node.id)
		}
	}
	const nodesOfMap = new Map<string, Set<string>>()
	const place = (gate: unknown, area: unknown) => {
		const map = typeof gate === 'string' ? mapOfGate(gate) : null
		if (map === null || typeof area !== 'string') return
		const here = nodesOfMap.get(map) ?? new Set()
		for (const node of nodesOfZone.get(area) ?? []) here.add(node)
		if (here.size > 0) nodesOfMap.set(map, here)
	}
	for (const connection of Array.isArray(json) ? (json as unknown[]) : []) {
		if (!isObject(connection)) continue
		place(connection.exit_gate, connection.exit_area)
		place(connection.entrance_gate, connection.entrance_area)
	}
	return new Map([...nodesOfMap].map(([map, here]) => [map, [...here]]))
}
