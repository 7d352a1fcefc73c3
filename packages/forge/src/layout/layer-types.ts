import type { PlaceType } from '../places/place.ts'
import type { PoolSettings } from '../pools.ts'
import type { Random } from '../random.ts'
import { int, shuffled } from '../random.ts'

/** What each layer is made of, from start to final boss: all nodes of a layer are of one type. */
export function drawLayerTypes(random: Random, settings: PoolSettings): PlaceType[] {
	const { structure, requirements } = settings
	const count = int(random, structure.min_layers, structure.max_layers)
	const first = structure.first_layer_type
	const legacy = requirements.legacy_dungeons + int(random, 0, 1)
	const mini = requirements.mini_dungeons + int(random, 0, 1)
	const major = Math.round(count * structure.major_boss_ratio)
	const arenas = count - legacy - mini - major
	if (arenas < requirements.bosses) throw new Error(`${count} layers leave only ${arenas} for arenas`)

	const rest = shuffled<PlaceType>(random, [
		...Array<PlaceType>(first ? legacy - 1 : legacy).fill('legacy_dungeon'),
		...Array<PlaceType>(mini).fill('mini_dungeon'),
		...Array<PlaceType>(major).fill('major_boss'),
		...Array<PlaceType>(arenas).fill('boss_arena'),
	])
	return ['start', ...(first ? [first] : []), ...rest, 'final_boss']
}
