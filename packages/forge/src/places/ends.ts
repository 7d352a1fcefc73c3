import type { Place } from './place.ts'
import { beginning, finale } from './shapes.ts'

/** Where every run begins: the chapel and the Roundtable Hold each have a gate. */
export const start: Place = beginning({
	id: 'chapel',
	name: 'Chapel of Anticipation',
	map: 'm10_01_00_00',
	tier: 6,
	minutes: 1,
	parts: { roundtable: 'Roundtable Hold' },
	maps: { roundtable: 'm11_10_00_00' },
	gates: ['chapel door toward the scion', 'roundtable: hearth of the Roundtable Hold'],
})

/** Fights that only ever end a run. */
export const finales: Place[] = [
	finale({
		id: 'erdtree_elden_beast',
		name: 'Erdtree - Radagon of the Golden Order and Elden Beast',
		map: 'm19_00_00_00',
		tier: null,
		minutes: 5,
		boss: 'Radagon of the Golden Order and Elden Beast',
		front: 'opened thorns of the Erdtree',
	}),
	finale({
		id: 'enirilim_consort',
		name: 'Enir-Ilim - Promised Consort Radahn',
		map: 'm20_01_00_00',
		tier: 33,
		minutes: 4,
		boss: 'Promised Consort Radahn',
		front: 'gate of divinity',
	}),
]
