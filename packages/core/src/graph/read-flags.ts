import { maxUint32 } from '../protocol/limits.ts'
import { add, type Findings, isInteger, isObject, quote } from './findings.ts'

const maxFlags = 100_000

export type Flags = {
	nodeOfFlag: Map<number, string>
	finishFlag: number
	/** All watched flags, ascending. */
	eventIds: number[]
}

/** Reads `event_map` and `finish_event`: what the mod watches and what it means. */
export function readFlags(
	json: Record<string, unknown>,
	nodes: ReadonlyMap<string, unknown>,
	findings: Findings,
): Flags {
	const nodeOfFlag = readEventMap(json.event_map, nodes, findings)
	const finishFlag = json.finish_event
	if (!isInteger(finishFlag, 1, maxUint32)) {
		add(findings.reasons, 'finish_event is missing or not a positive 32-bit integer')
		return { nodeOfFlag, finishFlag: 0, eventIds: [] }
	}
	if ([...nodeOfFlag.keys()].some((flag) => flag >= 9_000_000 && flag < 9_001_000))
		add(findings.warnings, 'the flags start at 9000000, which the game does not keep: gates will not be seen')
	const eventIds = [...new Set([...nodeOfFlag.keys(), finishFlag])].sort((a, b) => a - b)
	if (nodeOfFlag.delete(finishFlag))
		add(findings.warnings, 'finish_event is also a key of event_map: it counts as the finish')
	return { nodeOfFlag, finishFlag, eventIds }
}

function readEventMap(json: unknown, nodes: ReadonlyMap<string, unknown>, findings: Findings) {
	const nodeOfFlag = new Map<number, string>()
	const entries = isObject(json) ? Object.entries(json) : []
	if (!isObject(json)) add(findings.reasons, 'event_map is missing or not an object')
	else if (entries.length === 0) add(findings.reasons, 'event_map is empty')
	if (entries.length > maxFlags) {
		add(findings.reasons, `event_map holds more than ${maxFlags} flags`)
		return nodeOfFlag
	}
	for (const [key, node] of entries) {
		const flag = /^[1-9]\d{0,9}$/.test(key) ? Number(key) : 0
		if (!isInteger(flag, 1, maxUint32))
			add(findings.reasons, `event_map: ${quote(key)} is not a positive 32-bit integer`)
		else if (typeof node !== 'string' || !nodes.has(node))
			add(findings.reasons, `event_map: flag ${key} leads to ${quote(node)}, which is not a node`)
		else nodeOfFlag.set(flag, node)
	}
	return nodeOfFlag
}
