import type { SessionDetail } from '@speedfog/core/protocol/training'
import type { Visited } from '../../e2e/begun-run.ts'
import { visitsOf } from '../../e2e/begun-run.ts'
import type { Row } from '../report.ts'

/** What a client was told of its run, or did where it keeps everything until it is acknowledged. */
export type Told = { visits: readonly Visited[]; deaths: number; isFinished: boolean }

/** What a server has against what clients were told, summed over runs. */
export class Account {
	runs = 0
	gates = 0
	lost = 0
	doubled = 0
	outOfOrder = 0
	/** Runs whose deaths, zones or end are others. */
	different = 0

	compare(told: Told, detail: SessionDetail): void {
		const stored = visitsOf(detail)
		const places = placesOf(stored)
		this.runs++
		this.gates += told.visits.length
		this.lost += told.visits.filter((visit) => !places.has(keyOf(visit))).length
		this.doubled += stored.length - places.size
		const order = told.visits.flatMap((visit) => places.get(keyOf(visit)) ?? [])
		this.outOfOrder += order.filter((place, index) => index > 0 && place < order[index - 1]!).length
		if (!isSame(told, detail)) this.different++
	}

	rows(what: string): Row[] {
		const { lost, doubled, outOfOrder, different } = this
		const found = {
			lost,
			doubled,
			'out of order': outOfOrder,
			'runs with other deaths or another end': different,
		}
		return [
			{ what: `${what}: gates that were answered, of ${this.runs} runs`, unit: '', ours: this.gates },
			...Object.entries(found).map(([name, ours]) => ({
				what: `${what}: ${name}`,
				unit: '',
				ours,
				must: '0',
				holds: ours === 0,
			})),
		]
	}
}

function isSame({ visits, deaths, isFinished }: Told, detail: SessionDetail): boolean {
	return (
		sameVisits(visits, visitsOf(detail)) &&
		deaths === detail.death_count &&
		isFinished === (detail.status === 'finished')
	)
}

/** Deaths included. */
export function sameVisits(some: readonly Visited[], others: readonly Visited[]): boolean {
	const text = (visits: readonly Visited[]) =>
		visits.map((visit) => `${keyOf(visit)} ${visit.deaths}`).join('\n')
	return text(some) === text(others)
}

function placesOf(visits: readonly Visited[]): Map<string, number> {
	return new Map(visits.map((visit, place) => [keyOf(visit), place]))
}

function keyOf({ node_id, flag_id, igt_ms }: Visited): string {
	return `${node_id} ${flag_id} ${igt_ms}`
}
