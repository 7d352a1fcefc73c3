import type { Memory } from './memory.ts'
import { PLAYER, type Layout } from './offsets.ts'

export type Whereabouts = {
	/** Null where the game has none. */
	mapId: string | null
	position: readonly [number, number, number] | null
	playRegionId: number | null
}

const NONE = 0xffff_ffff

export function readWhereabouts(
	memory: Memory,
	player: bigint,
	layout: Layout['player'],
): Whereabouts | null {
	const bytes = memory.read(player + BigInt(PLAYER.at), PLAYER.bytes)
	if (!bytes) return null
	const at = (offset: number) => offset - PLAYER.at
	const { mapId, position, playRegion } = layout
	const [x, y, z] = [0, 4, 8].map((axis) => bytes.readFloatLE(at(position) + axis)) as [
		number,
		number,
		number,
	]
	return {
		mapId: formatMapId(bytes.readUInt32LE(at(mapId))),
		position: [x, y, z].every(Number.isFinite) ? [x, y, z] : null,
		playRegionId: playRegion === null ? null : toRegion(bytes.readUInt32LE(at(playRegion))),
	}
}

/** Area, block, region and index, one byte each: 0x3c2c2400 is `m60_44_36_00`. */
export function formatMapId(id: number): string | null {
	if (id === NONE) return null
	const parts = [id >>> 24, (id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff]
	return `m${parts.map((part) => String(part).padStart(2, '0')).join('_')}`
}

export function toRegion(id: number): number | null {
	return id === 0 || id === NONE ? null : id
}
