import type { SpawnItem } from '../protocol/shapes.ts'

/** The node types the generator writes; anything else is kept as text but drawn as a mini dungeon. */
type NodeType = 'start' | 'mini_dungeon' | 'boss_arena' | 'major_boss' | 'legacy_dungeon' | 'final_boss'

export type Exit = {
	/** Where the gate is, with ` [Label]` where it leaves from a zone other than the node's first. */
	text: string
	/** Not unique within a node: key an exit by `fogId` and `from`. */
	fogId: string
	from: string | null
	to: string
}

export type GraphNode = {
	id: string
	type: NodeType | (string & {})
	displayName: string
	layer: number
	/** Enemy scaling 1…28; never progress. */
	tier: number | null
	originalTier: number | null
	zones: readonly string[]
	exits: readonly Exit[]
	/** Ids of the nodes that one edge leads to. */
	next: readonly string[]
}

/** A graph.json made ready for the message path: nothing here is parsed or scanned again. */
export type SeedGraph = {
	version: string
	nodes: ReadonlyMap<string, GraphNode>
	edges: readonly { from: string; to: string }[]
	startNode: string
	finalNode: string
	totalLayers: number
	totalNodes: number
	/** As the file says it, else counted; null where the count is not a safe integer. */
	totalPaths: number | null
	nodeOfFlag: ReadonlyMap<number, string>
	finishFlag: number
	/** All watched flags, ascending, the finish flag included. */
	eventIds: readonly number[]
	spawnItems: readonly SpawnItem[]
	/** Map id in `mAA_BB_CC_DD` form (overworld state digit cleared) → nodes with a gate there (P20). */
	nodesOfMap: ReadonlyMap<string, readonly string[]>
}
