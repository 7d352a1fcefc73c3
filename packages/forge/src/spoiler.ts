import type { GraphJson, NodeJson } from './graph-json.ts'

/** The whole route in clear text, layer by layer. */
export function writeSpoiler(slug: string, graph: GraphJson): string {
	const text = [`Seed ${slug}: ${graph.total_nodes} places in ${graph.total_layers} layers`]
	let layer = -1
	for (const node of Object.values(graph.nodes)) {
		if (node.layer !== layer) text.push('', `Layer ${node.layer + 1}`)
		layer = node.layer
		text.push(...describe(node, graph))
	}
	return `${text.join('\n')}\n`
}

function describe(node: NodeJson, graph: GraphJson): string[] {
	const moved = node.randomized_bosses ? `, held by ${node.boss_name}` : ''
	return [
		`  ${node.display_name} (tier ${node.tier}${moved})`,
		...node.exits.map((exit) => `    ${exit.text} -> ${graph.nodes[exit.to]?.display_name}`),
	]
}
