import type { SeedGraph } from './seed-graph.ts'

/** The open world: its tiles come in three sizes and in several states of one place. */
const overworld = new Set(['60', '61'])
const gateMap = /^(m\d\d_\d\d_\d\d_\d\d)(?:_|$)/
const mapParts = /^m(\d\d)_(\d\d)_(\d\d)_(\d)(\d)$/

/** The map that a gate named `{map}_{asset}` stands in, in the form `nodesOfMap` is keyed by. */
export function mapOfGate(gate: string): string | null {
	const map = gateMap.exec(gate)?.[1]
	return map === undefined ? null : mapKey(map)
}

/** The map of a grace by its entity id: `AABB####`, or `10XXYY####` / `20XXYY####` in the open world. */
export function mapOfGrace(graceEntityId: number): string | null {
	const digits = String(graceEntityId)
	if (/^\d{8}$/.test(digits)) return `m${digits.slice(0, 2)}_${digits.slice(2, 4)}_00_00`
	const tile = /^([12])0(\d\d)(\d\d)\d{4}$/.exec(digits)
	return tile ? `m${tile[1] === '1' ? '60' : '61'}_${tile[2]}_${tile[3]}_00` : null
}

/** Nodes with a gate on this map; in the open world also on a tile that covers it or lies within it. */
export function nodesAt(graph: SeedGraph, mapId: string): Set<string> {
	const key = mapKey(mapId)
	const tile = tileOf(key)
	const keys = tile ? [...coveringTiles(tile), ...tilesWithin(tile)].map(keyOfTile) : []
	return new Set([key, ...keys].flatMap((each) => graph.nodesOfMap.get(each) ?? []))
}

/** In the open world the last group's tens digit is the map's state (before or after an event): ignored. */
function mapKey(map: string): string {
	return overworld.has(map.slice(1, 3)) ? `${map.slice(0, -2)}0${map.slice(-1)}` : map
}

/** `level` 0 is the smallest tile; each level up covers 2 × 2 of the one below. */
type Tile = { area: string; x: number; y: number; level: number }
const coarsest = 2

function tileOf(key: string): Tile | null {
	const [, area = '', x, y, , level] = mapParts.exec(key) ?? []
	if (!overworld.has(area) || Number(level) > coarsest) return null
	return { area, x: Number(x), y: Number(y), level: Number(level) }
}

function keyOfTile({ area, x, y, level }: Tile): string {
	return `m${area}_${twoDigits(x)}_${twoDigits(y)}_0${level}`
}

function twoDigits(n: number): string {
	return String(n).padStart(2, '0')
}

function coveringTiles(tile: Tile): Tile[] {
	if (tile.level === coarsest) return []
	const above = { ...tile, x: tile.x >> 1, y: tile.y >> 1, level: tile.level + 1 }
	return [above, ...coveringTiles(above)]
}

function tilesWithin(tile: Tile): Tile[] {
	if (tile.level === 0) return []
	const quarter = (dx: number, dy: number): Tile => ({
		...tile,
		x: tile.x * 2 + dx,
		y: tile.y * 2 + dy,
		level: tile.level - 1,
	})
	const quarters = [quarter(0, 0), quarter(1, 0), quarter(0, 1), quarter(1, 1)]
	return quarters.flatMap((each) => [each, ...tilesWithin(each)])
}
