import type { VisitView } from '@speedfog/core/protocol/shapes'
import type { MapGraph } from './graph.ts'

/** A gate that was passed. Branch 0 is the way that led here; every detour from it has a number of its own. */
type Leg = { from: string; to: string; branch: number }

/** A way back, or a travel, along no gate that was passed. */
type Return = { from: string; to: string }

export type Walk = { legs: readonly Leg[]; returns: readonly Return[] }

export const edgeKey = (from: string, to: string): string => `${from} ${to}`

/** The way that was taken through the graph, each gate once. */
export function walk(graph: MapGraph, visits: readonly VisitView[]): Walk {
	const gates = new Set(graph.edges.map(({ from, to }) => edgeKey(from, to)))
	const been = new Set<string>()
	const steps = visits.map(({ node_id: to, from_node_id }) => {
		const from = from_node_id === to ? null : from_node_id
		const gate = from === null ? undefined : gateTo(from, to, gates, been)
		been.add(to)
		return { from, to, gate }
	})
	const main = mainWay(steps)

	const legs = new Map<string, Leg>()
	const returns = new Map<string, Return>()
	let detours = 0
	let goesOn = false
	for (const { from, to, gate } of steps) {
		if (from !== null && gate !== from) {
			goesOn = false
			if (!legs.has(edgeKey(to, from)) && gate === undefined) returns.set(edgeKey(from, to), { from, to })
		}
		if (gate === undefined || legs.has(edgeKey(gate, to))) continue
		const isMain = main.has(edgeKey(gate, to))
		if (!isMain && !goesOn) detours++
		goesOn = !isMain
		legs.set(edgeKey(gate, to), { from: gate, to, branch: isMain ? 0 : detours })
	}
	return { legs: [...legs.values()], returns: [...returns.values()] }
}

type Step = { from: string | null; to: string; gate: string | undefined }

/**
 * Where the gate was through which a zone was entered: where the player came from, or after a travel that nobody
 * saw the only known zone with a gate to it.
 */
function gateTo(from: string, to: string, gates: ReadonlySet<string>, been: ReadonlySet<string>) {
	if (gates.has(edgeKey(from, to))) return from
	if (been.has(to)) return undefined
	const found = [...been].filter((other) => gates.has(edgeKey(other, to)))
	return found.length === 1 ? found[0] : undefined
}

/** The gates from the start to where the run stands, without detours: followed back from the end. */
function mainWay(steps: readonly Step[]): Set<string> {
	const way = new Set<string>()
	let here = steps.at(-1)?.to
	for (let at = steps.length - 1; at >= 0; at--) {
		const { to, gate } = steps[at]!
		if (to !== here || gate === undefined) continue
		way.add(edgeKey(gate, to))
		here = gate
	}
	return way
}
