import type { Gate, Place, Zone } from './place.ts'

type Site = {
	id: string
	/** "Region - Place", as the label shows it. */
	name: string
	/** `mAA_BB_CC_DD` */
	map: string
	tier: number | null
	/** Rough length of a visit. */
	minutes?: number
	/** Counts the sites of this kind on one map, so that gates and boss flags stay apart. */
	slot?: number
}

type Dungeon = Site & {
	boss: string
	/** How one comes in from outside. */
	mouth: string
	/** A part behind a drop, lever or lift: the boss gate then lies in this zone. */
	deep?: string
	bossMinutes?: number
}

/** A cave, tunnel or catacomb with a boss at its end: two places that share the gate between them. */
export function dungeon(site: Dungeon): [Place, Place] {
	const { id, name, map, boss, slot = 0 } = site
	const bossGate = numbered('AEG099_001', slot)
	const inner: Zone = { id, name }
	const deep: Zone = site.deep ? { id: `${id}_deep`, name: `${name} - ${site.deep}` } : inner
	const halls: Place = {
		type: 'mini_dungeon',
		zones: deep === inner ? [inner] : [inner, deep],
		tier: site.tier,
		minutes: site.minutes ?? 1,
		gates: [
			{ zone: id, map, asset: numbered('AEG099_230', slot), text: site.mouth, way: 'both' },
			{ zone: deep.id, map, asset: bossGate, text: `fog outside ${owned(boss)} arena`, way: 'both' },
		],
	}
	const zone = `${id}_boss`
	const fight: Place = {
		type: 'boss_arena',
		zones: [{ id: zone, name: `${name} - ${boss}` }],
		tier: site.tier,
		minutes: site.bossMinutes ?? 1,
		gates: [
			{ zone, map, asset: bossGate, text: `front of ${owned(boss)} arena`, way: 'both' },
			{ zone, map, asset: wayBack(map, slot), text: `carried to the entrance after ${boss}`, way: 'out' },
		],
		boss: { name: boss, defeatFlag: defeatFlag(map, slot) },
	}
	return [halls, fight]
}

type Arena = Site & {
	boss: string
	front: string
	/** Gates on the far side, open once the boss is down. */
	back?: string[]
	/** A zone before the arena in which one arrives. */
	approach?: string
}

/** A fight on its own: evergaol, ruin cellar, lakeside. */
export function arena(site: Arena): Place {
	return fought('boss_arena', site)
}

/** A fight that can also end a run. */
export function majorArena(site: Arena): Place {
	return fought('major_boss', { minutes: 2, ...site })
}

/** A fight that does nothing but end a run. */
export function finale(site: Arena): Place {
	return fought('final_boss', site)
}

function fought(type: 'boss_arena' | 'major_boss' | 'final_boss', site: Arena): Place {
	const { id, name, map, boss, slot = 0, approach } = site
	const zone: Zone = { id, name }
	const before: Zone = approach ? { id: `${id}_approach`, name: approach } : zone
	const back = (site.back ?? []).map((text, index): Gate => ({
		zone: id,
		map,
		asset: numbered('AEG099_002', slot * 10 + index),
		text,
		way: 'both',
	}))
	const front: Gate = {
		zone: before.id,
		map,
		asset: numbered('AEG099_001', 10 + slot),
		text: site.front,
		way: 'both',
	}
	const alone: Gate[] =
		type === 'boss_arena' && back.length === 0
			? [{ zone: id, map, asset: wayBack(map, slot), text: `sent back out after ${boss}`, way: 'out' }]
			: []
	return {
		type,
		zones: before === zone ? [zone] : [zone, before],
		tier: site.tier,
		minutes: site.minutes ?? 1,
		gates: [front, ...back, ...alone],
		boss: { name: boss, defeatFlag: defeatFlag(map, slot) },
	}
}

type Hold = Site & {
	/** Zones beyond the first: id ending → name. */
	parts?: Record<string, string>
	/** Text of each gate; `part: text` where it lies in one of the parts. */
	gates: string[]
	/** Where some gates lie on another map: part → map. */
	maps?: Record<string, string>
}

/** A castle, academy or capital with several gates. */
export function stronghold(site: Hold): Place {
	return held('legacy_dungeon', { minutes: 3, ...site })
}

/** Ruins, rivers and forges without a boss of their own. */
export function passage(site: Hold): Place {
	return held('mini_dungeon', { minutes: 2, ...site })
}

/** Where a run begins: its gates only lead away. */
export function beginning(site: Hold): Place {
	const place = held('start', site)
	return { ...place, gates: place.gates.map((gate) => ({ ...gate, way: 'out' })) }
}

function held(type: 'legacy_dungeon' | 'mini_dungeon' | 'start', site: Hold): Place {
	const { id, slot = 0, parts = {} } = site
	const gates = site.gates.map((line, index): Gate => {
		const part = Object.keys(parts).find((key) => line.startsWith(`${key}: `))
		return {
			zone: part ? `${id}_${part}` : id,
			map: (part && site.maps?.[part]) ?? site.map,
			asset: numbered(index % 2 === 0 ? 'AEG099_231' : 'AEG099_003', slot * 10 + index),
			text: part ? line.slice(part.length + 2) : line,
			way: 'both',
		}
	})
	const more = Object.entries(parts).map(([key, name]): Zone => ({ id: `${id}_${key}`, name }))
	return {
		type,
		zones: [{ id, name: site.name }, ...more],
		tier: site.tier,
		minutes: site.minutes ?? 2,
		gates,
	}
}

function owned(boss: string): string {
	const name = boss.replace(/ \(.*\)$/, '')
	return name.endsWith('s') ? `${name}'` : `${name}'s`
}

function numbered(family: string, index: number): string {
	return `${family}_${9000 + index}`
}

/** Bosses raise a flag made of their map: m30_04 → 30040800, m60_44_36 → 1044360800; the next one on it +50. */
function defeatFlag(map: string, slot: number): number {
	return Number(`${mapDigits(map)}0800`) + 50 * slot
}

function wayBack(map: string, slot: number): string {
	return `${mapDigits(map)}${2840 + slot}`
}

function mapDigits(map: string): string {
	const [area = '', block = '', region = ''] = map.slice(1).split('_')
	const overworld = { '60': '10', '61': '20' }[area]
	return overworld ? `${overworld}${block}${region}` : `${area}${block}`
}
