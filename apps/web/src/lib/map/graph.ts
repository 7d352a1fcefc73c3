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
	/** Who is fought there, where the file says so. */
	boss: string | null
	exits: readonly MapExit[]
}

/** `text`: where the gate is. */
type MapExit = { text: string; to: string }

/** What stands under a zone's name: its visits and time, and its deaths where there were any. */
export type Figures = { text: string; deaths: string }

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
	const edges = list(graph.edges)
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
		boss: bossOf(node),
		exits: list(node.exits).flatMap((exit) => readExit(record(exit), list(node.zones)[0])),
	}
}

/** A gate in another zone than the node's first is told apart by that zone's label. */
function readExit(exit: Record<string, unknown>, firstZone: unknown): MapExit[] {
	const { text, to, from, from_text } = exit
	if (typeof text !== 'string' || typeof to !== 'string') return []
	if (typeof from !== 'string' || from === firstZone) return [{ text, to }]
	const zone = typeof from_text === 'string' ? from_text.split(' - ').at(-1) : from.replaceAll('_', ' ')
	return [{ text: `${text} [${zone}]`, to }]
}

function bossOf(node: Record<string, unknown>): string | null {
	const shuffled = list(node.randomized_bosses).filter((boss) => typeof boss === 'string')
	if (shuffled.length > 0) return shuffled.join(', ')
	const boss = node.randomized_boss ?? node.boss_name
	return typeof boss === 'string' && boss !== '' ? boss : null
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

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const whole = (value: unknown): number | null =>
	typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
