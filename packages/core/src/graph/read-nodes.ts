import { maxInt32 } from '../protocol/limits.ts'
import { add, asText, type Findings, isInteger, isKeepable, isObject, quote } from './findings.ts'
import type { Exit, GraphNode } from './seed-graph.ts'

/** Far above any real seed (about 30); keeps layers drawable and progress within the database's integers. */
const maxLayer = 9_999
const maxNodes = 100_000

/** A node whose edges are still to be filled in. */
export type OpenNode = GraphNode & { next: string[] }

/** Reads `nodes`. Everything but `layer` may be missing: graphs of many generations are about. */
export function readNodes(json: unknown, findings: Findings): Map<string, OpenNode> {
	const nodes = new Map<string, OpenNode>()
	if (!isObject(json)) {
		add(findings.reasons, 'nodes is not an object')
		return nodes
	}
	const entries = Object.entries(json)
	if (entries.length === 0) add(findings.reasons, 'nodes is empty')
	if (entries.length > maxNodes) {
		add(findings.reasons, `nodes holds more than ${maxNodes} nodes`)
		return nodes
	}
	for (const [id, node] of entries) {
		if (!isObject(node)) add(findings.reasons, `node ${quote(id)} is not an object`)
		else if (!isKeepable(id)) add(findings.reasons, `node ${quote(id)} has a character that cannot be kept`)
		else if (!isInteger(node.layer, 0, maxLayer))
			add(findings.reasons, `node ${quote(id)}: layer is not an integer from 0 to ${maxLayer}`)
		else nodes.set(id, readNode(id, node, node.layer))
	}
	dropExitsToNowhere(nodes, findings)
	return nodes
}

function readNode(id: string, node: Record<string, unknown>, layer: number): OpenNode {
	const zones = Array.isArray(node.zones) ? node.zones.filter((zone) => typeof zone === 'string') : []
	const exits = Array.isArray(node.exits) ? node.exits.filter(isObject) : []
	return {
		id,
		type: asText(node.type) ?? 'unknown',
		displayName: asText(node.display_name) ?? id,
		layer,
		tier: isInteger(node.tier, 0, maxInt32) ? node.tier : null,
		originalTier: isInteger(node.original_tier, 0, maxInt32) ? node.original_tier : null,
		zones,
		exits: exits.map((exit) => readExit(exit, zones[0])),
		next: [],
	}
}

function readExit(exit: Record<string, unknown>, firstZone: string | undefined): Exit {
	const from = asText(exit.from)
	const text = asText(exit.text) ?? ''
	const elsewhere = from !== null && firstZone !== undefined && from !== firstZone
	return {
		text: elsewhere ? `${text} [${zoneLabel(from, asText(exit.from_text))}]`.trimStart() : text,
		fogId: asText(exit.fog_id) ?? '',
		from,
		to: asText(exit.to) ?? '',
	}
}

/** The part of the node that an exit leaves from, when it is not the one the player arrives in. */
function zoneLabel(zone: string, fromText: string | null): string {
	const lastPart = fromText?.split(' - ').at(-1)?.trim()
	if (lastPart) return lastPart
	const words = zone.split('_').filter((word) => word !== '')
	return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ')
}

/** An exit is shown with its target's name, so one without a target cannot be shown. */
function dropExitsToNowhere(nodes: Map<string, OpenNode>, findings: Findings) {
	for (const [id, node] of nodes) {
		const exits = node.exits.filter((exit) => nodes.has(exit.to))
		if (exits.length === node.exits.length) continue
		add(findings.warnings, `node ${quote(id)} has an exit to a node that is not there`)
		nodes.set(id, { ...node, exits })
	}
}
