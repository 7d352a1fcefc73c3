import { expect, it } from 'vitest'
import { layoutMap } from './layout.ts'
import { picture, pictureRows } from './picture.ts'
import { demoGraphs } from './testing.ts'

const { graph } = demoGraphs()[0]!
const start = graph.nodes.find(({ kind }) => kind === 'start')!
const visits = [{ node_id: start.id, from_node_id: null, flag_id: null, igt_ms: 0, deaths: 0 }]
const draw = (revealed: boolean, title = 'A run') =>
	picture({
		graph,
		layout: layoutMap(graph.nodes, graph.edges, pictureRows(graph, revealed)),
		visits,
		revealed,
		figures: () => ({ text: '1:00', deaths: '' }),
		title,
		subtitle: '',
		colour: (name) => `[${name}]`,
	})

it('has every zone in the picture of a map that is shown in full', () => {
	expect(draw(true).match(/<g /g)).toHaveLength(graph.nodes.length)
})

it('tells in the picture of a hidden map only what was found', () => {
	const svg = draw(false)
	expect(svg.match(/<g /g)).toHaveLength(1)
	expect(svg.match(/<path/g)).toHaveLength(2)
	expect(Number(/width="([\d.]+)"/.exec(svg)?.[1])).toBeLessThan(300)
})

it('writes names as text, whatever is in them', () => {
	expect(draw(false, '<script>"&')).toContain('&#60;script&#62;&#34;&#38;')
})

it('needs no colour of the page', () => {
	expect(draw(true)).not.toContain('var(')
})
