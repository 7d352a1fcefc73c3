import type { NodeKind } from './graph.ts'

export type Shape = {
	label: string
	/** Outline around 0,0. */
	outline: string
	/** A second stroke inside it, which tells it from the other shapes of its size. */
	inner: string
	radius: number
	colour: string
}

/** One shape for each type of node, so that none is told by its colour alone. */
export const shapes: Record<NodeKind, Shape> = {
	start: {
		label: 'Start',
		outline: circle(8),
		inner: circle(3),
		radius: 8,
		colour: 'var(--type-start)',
	},
	mini_dungeon: {
		label: 'Mini dungeon',
		outline: circle(6.5),
		inner: '',
		radius: 6.5,
		colour: 'var(--type-mini)',
	},
	boss_arena: {
		label: 'Boss arena',
		outline: 'M0-9 9 0 0 9-9 0z',
		inner: '',
		radius: 9,
		colour: 'var(--type-arena)',
	},
	major_boss: {
		label: 'Major boss',
		outline: 'M-5-9.5H5L10.5 0 5 9.5H-5L-10.5 0z',
		inner: 'M-3.5-3.5l7 7M3.5-3.5l-7 7',
		radius: 10,
		colour: 'var(--type-major)',
	},
	legacy_dungeon: {
		label: 'Legacy dungeon',
		outline: 'M-9 9V-1.5a9 9 0 0 1 18 0V9z',
		inner: 'M-3 9V1a3 3 0 0 1 6 0v8',
		radius: 10,
		colour: 'var(--type-legacy)',
	},
	final_boss: {
		label: 'Final boss',
		outline: star(4, 14, 5),
		inner: '',
		radius: 13,
		colour: 'var(--type-final)',
	},
}

function circle(r: number): string {
	return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`
}

function star(points: number, outer: number, inner: number): string {
	const corners = Array.from({ length: points * 2 }, (_, i) => {
		const angle = (Math.PI * i) / points - Math.PI / 2
		const r = i % 2 === 0 ? outer : inner
		return `${(r * Math.cos(angle)).toFixed(2)} ${(r * Math.sin(angle)).toFixed(2)}`
	})
	return `M${corners.join('L')}z`
}
