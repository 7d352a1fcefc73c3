import { readGraph } from './read-graph.ts'
import type { SeedGraph } from './seed-graph.ts'

/** A small graph in a few words; everything left out is made up in the shape of a real 4.4 file. */
export type GraphPlan = {
	/** Node ids by layer: the first is the start, the last the final boss. */
	layers: readonly (readonly string[])[]
	/** One gate each, with a flag of its own; a pair may come twice. Default: each node to all of the next layer. */
	gates?: readonly (readonly [from: string, to: string])[]
	/** Kind of the flags: saves keep `saved` ones, `temporary` ones are cleared at the next loading screen. */
	flags?: 'saved' | 'temporary'
	/** The map that a node's gates stand in; default `m90_NN_00_00`, one for each node. */
	maps?: Readonly<Record<string, string>>
	/** A last change to the file before it is read. */
	patch?: (json: GraphJson) => void
}

export type BuiltGraph = {
	/** As graph.json holds it; yours to change. */
	json: GraphJson
	graph: SeedGraph
	/** The flag of the gate between two nodes; `nth` where several join them. */
	flag(from: string, to: string, nth?: number): number
	finishFlag: number
}

export type GraphJson = Record<string, unknown> & {
	nodes: Record<string, Record<string, unknown>>
	edges: { from: string; to: string }[]
	connections: Record<string, unknown>[]
	event_map: Record<string, string>
	finish_event: number
}

const firstFlag = { saved: 1_050_294_000, temporary: 1_040_292_800 }

export function buildGraph(plan: GraphPlan): BuiltGraph {
	const gates = (plan.gates ?? gatesBetween(plan.layers)).map(([from, to], index) => {
		const flag = firstFlag[plan.flags ?? 'saved'] + index
		return { from, to, flag, asset: `AEG099_001_${9000 + index}` }
	})
	const ids = plan.layers.flat()
	const gateName = (node: string, asset: string) =>
		`${plan.maps?.[node] ?? `m90_${String(ids.indexOf(node)).padStart(2, '0')}_00_00`}_${asset}`
	const nodeOf = (id: string, layer: number) => ({
		type: layer === 0 ? 'start' : layer === plan.layers.length - 1 ? 'final_boss' : 'mini_dungeon',
		display_name: titleOf(id),
		zones: [id],
		layer,
		tier: layer * 3 + 1,
		original_tier: layer * 2 + 1,
		weight: 1,
		exits: gates
			.filter((gate) => gate.from === id)
			.map(({ to, asset }) => ({ fog_id: asset, text: `gate to the ${to}`, from: id, to })),
		entrances: [],
	})
	const json: GraphJson = {
		version: '4.4',
		seed: 1,
		total_layers: plan.layers.length,
		total_nodes: ids.length,
		nodes: Object.fromEntries(
			plan.layers.flatMap((layer, index) => layer.map((id) => [id, nodeOf(id, index)])),
		),
		edges: distinct(gates.map(({ from, to }) => ({ from, to }))),
		connections: gates.map(({ from, to, flag, asset }) => ({
			exit_area: from,
			exit_gate: gateName(from, asset),
			entrance_area: to,
			entrance_gate: gateName(to, asset),
			flag_id: flag,
		})),
		event_map: Object.fromEntries(gates.map(({ flag, to }) => [String(flag), to])),
		finish_event: firstFlag[plan.flags ?? 'saved'] + gates.length,
		care_package: [],
	}
	plan.patch?.(json)
	return {
		json,
		graph: compile(json),
		flag(from, to, nth = 0) {
			const gate = gates.filter((each) => each.from === from && each.to === to)[nth]
			if (gate === undefined) throw new Error(`No gate ${nth} from ${from} to ${to}`)
			return gate.flag
		},
		finishFlag: json.finish_event,
	}
}

/** A start, two ways, a tunnel that both lead to, a throne. */
export function diamond(plan: Omit<Partial<GraphPlan>, 'layers'> = {}): BuiltGraph {
	return buildGraph({ layers: [['quay'], ['grotto', 'abbey'], ['shaft'], ['crown']], ...plan })
}

/** A graph with layers of the given widths, each node with at least one gate in and out, drawn from `random`. */
export function drawGraph(
	widths: readonly number[],
	random: () => number,
	flags: GraphPlan['flags'] = 'saved',
): BuiltGraph {
	const layers = [1, ...widths, 1].map((width, layer) =>
		Array.from({ length: width }, (_, index) => `l${layer}n${index}`),
	)
	const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] as string
	const gates = layers.slice(1).flatMap((layer, index) => {
		const above = layers[index] as string[]
		const inwards = layer.map((to) => [pick(above), to] as const)
		const outwards = above.map((from) => [from, pick(layer)] as const)
		return [...inwards, ...outwards]
	})
	return buildGraph({ layers, gates, flags })
}

function gatesBetween(layers: GraphPlan['layers']) {
	return layers
		.slice(1)
		.flatMap((layer, index) =>
			(layers[index] ?? []).flatMap((from) => layer.map((to) => [from, to] as const)),
		)
}

function compile(json: unknown): SeedGraph {
	const reading = readGraph(json)
	if (!reading.ok) throw new Error(`The plan makes no graph: ${reading.reasons.join('; ')}`)
	return reading.graph
}

function titleOf(id: string): string {
	return id.charAt(0).toUpperCase() + id.slice(1)
}

function distinct(edges: { from: string; to: string }[]) {
	return [...new Map(edges.map((edge) => [`${edge.from}>${edge.to}`, edge])).values()]
}
