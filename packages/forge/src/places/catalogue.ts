import type { Place, PlaceType } from './place.ts'
import { altus } from './altus.ts'
import { caelid } from './caelid.ts'
import { finales, start } from './ends.ts'
import { farumAzula } from './farum-azula.ts'
import { gravesite } from './gravesite.ts'
import { leyndell } from './leyndell.ts'
import { limgrave } from './limgrave.ts'
import { liurnia } from './liurnia.ts'
import { mountaintops } from './mountaintops.ts'
import { mtGelmir } from './mt-gelmir.ts'
import { scaduAltus } from './scadu-altus.ts'
import { underground } from './underground.ts'
import { weepingPeninsula } from './weeping-peninsula.ts'

const regions = [
	limgrave,
	weepingPeninsula,
	liurnia,
	caelid,
	altus,
	mtGelmir,
	leyndell,
	mountaintops,
	underground,
	farumAzula,
	gravesite,
	scaduAltus,
].flat()

export const allPlaces: readonly Place[] = [start, ...regions, ...finales]

export function placesOf(type: PlaceType): Place[] {
	return allPlaces.filter((place) => place.type === type)
}
