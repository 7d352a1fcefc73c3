export type NodeKind =
	'start' | 'mini_dungeon' | 'boss_arena' | 'major_boss' | 'legacy_dungeon' | 'final_boss'

export type MapNode = {
	id: string
	kind: NodeKind
	/** The last part of the display name: "Margit, the Fell Omen". */
	name: string
	/** All of it: "Stormveil - Margit, the Fell Omen". */
	fullName: string
	layer: number
	tier: number | null
	/** The zone's tier in the game as it is sold, where known. */
	originalTier: number | null
}

export type MapGraph = {
	nodes: readonly MapNode[]
	byId: ReadonlyMap<string, MapNode>
	edges: readonly { from: string; to: string }[]
}

/** Takes what the map needs out of a graph.json; whatever is odd in it is left out, never an error. */
export function readGraph(json: unknown): MapGraph {
	const graph = record(json)
	const nodes = Object.entries(record(graph.nodes)).map(([id, node]) => readNode(id, record(node)))
	const byId = new Map(nodes.map((node) => [node.id, node]))
	const edges = (Array.isArray(graph.edges) ? graph.edges : [])
		.map(record)
		.flatMap(({ from, to }) => (typeof from === 'string' && typeof to === 'string' ? { from, to } : []))
		.filter(({ from, to }) => byId.has(from) && byId.has(to))
	return { nodes, byId, edges }
}

function readNode(id: string, node: Record<string, unknown>): MapNode {
	const fullName = typeof node.display_name === 'string' && node.display_name.trim() ? node.display_name : id
	return {
		id,
		kind: kinds.has(node.type as NodeKind) ? (node.type as NodeKind) : 'mini_dungeon',
		name: fullName.split(' - ').at(-1) ?? fullName,
		fullName,
		layer: whole(node.layer) ?? 0,
		tier: whole(node.tier),
		originalTier: whole(node.original_tier),
	}
}

const kinds = new Set<NodeKind>([
	'start',
	'mini_dungeon',
	'boss_arena',
	'major_boss',
	'legacy_dungeon',
	'final_boss',
])

const record = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const whole = (value: unknown): number | null =>
	typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
