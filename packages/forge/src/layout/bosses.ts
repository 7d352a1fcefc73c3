import type { Random } from '../random.ts'
import { shuffled } from '../random.ts'
import type { Stop } from './stop.ts'

/** Who waits in each arena once the bosses have changed places among themselves. */
export function shuffleBosses(random: Random, stops: readonly Stop[], lockFinal: boolean): Map<Stop, string> {
	const arenas = stops.filter((stop) => stop.place.boss && !(lockFinal && stop.type === 'final_boss'))
	const names = shuffled(
		random,
		arenas.map((stop) => stop.place.boss?.name ?? ''),
	)
	return new Map(arenas.map((stop, index) => [stop, names[index] ?? '']))
}
