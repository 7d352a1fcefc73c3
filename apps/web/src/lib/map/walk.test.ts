import { describe, expect, it } from 'vitest'
import type { VisitView } from '@speedfog/core/protocol/shapes'
import { readGraph } from './graph.ts'
import { walk } from './walk.ts'

const graph = readGraph({
	nodes: Object.fromEntries(
		['harbor', 'cave', 'keep', 'tunnel', 'throne'].map((id, layer) => [id, { layer }]),
	),
	edges: [
		{ from: 'harbor', to: 'cave' },
		{ from: 'harbor', to: 'keep' },
		{ from: 'cave', to: 'tunnel' },
		{ from: 'keep', to: 'tunnel' },
		{ from: 'tunnel', to: 'throne' },
	],
})
const go = (...steps: [to: string, from: string | null][]): VisitView[] =>
	steps.map(([node_id, from_node_id]) => ({ node_id, from_node_id, flag_id: null, igt_ms: 0, deaths: 0 }))

describe('the way that was taken', () => {
	it('is one branch where the player went straight on', () => {
		const { legs, returns } = walk(graph, go(['harbor', null], ['keep', 'harbor'], ['tunnel', 'keep']))
		expect(legs).toEqual([
			{ from: 'harbor', to: 'keep', branch: 0 },
			{ from: 'keep', to: 'tunnel', branch: 0 },
		])
		expect(returns).toEqual([])
	})

	it('tells a detour from the way that led on', () => {
		const { legs } = walk(
			graph,
			go(['harbor', null], ['cave', 'harbor'], ['harbor', 'cave'], ['keep', 'harbor'], ['tunnel', 'keep']),
		)
		expect(legs.map(({ to, branch }) => [to, branch])).toEqual([
			['cave', 1],
			['keep', 0],
			['tunnel', 0],
		])
	})

	it('keeps a travel back apart from the gates', () => {
		const { legs, returns } = walk(
			graph,
			go(['harbor', null], ['cave', 'harbor'], ['tunnel', 'cave'], ['harbor', 'tunnel'], ['keep', 'harbor']),
		)
		expect(returns).toEqual([{ from: 'tunnel', to: 'harbor' }])
		expect(legs.map(({ to, branch }) => [to, branch])).toEqual([
			['cave', 1],
			['tunnel', 1],
			['keep', 0],
		])
	})

	it('finds the gate after a travel that nobody saw, where only one leads there', () => {
		const unseen = go(['harbor', null], ['cave', 'harbor'], ['keep', 'cave'])
		expect(walk(graph, unseen).legs.at(-1)).toEqual({ from: 'harbor', to: 'keep', branch: 0 })
		const unclear = go(['harbor', null], ['keep', 'harbor'], ['cave', 'harbor'], ['tunnel', 'harbor'])
		expect(walk(graph, unclear).returns).toEqual([{ from: 'harbor', to: 'tunnel' }])
	})
})
