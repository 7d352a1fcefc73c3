import type { Snapshot } from '../snapshot.ts'
import { createFlagReader } from './event-flags.ts'
import { readGameData, readName } from './game-data.ts'
import { isObjectAddress, readPointer, readU32, type Memory } from './memory.ts'
import { FIELD_AREA, type Layout } from './offsets.ts'
import { readWhereabouts, toRegion } from './player.ts'
import { readScreen } from './screen.ts'
import { STATIC_NAMES, type StaticName } from './signatures.ts'
import * as spans from './spans.ts'
import type { Statics } from './validate.ts'

export type Reader = {
	watch(flags: readonly number[]): void
	read(): Snapshot
}

/** Where everything is at one moment. Null could not be read. */
type Places = Record<StaticName, bigint | null> & { player: bigint | null; screen: Snapshot['screen'] }

/** A game that goes on changing while it is read is between two states: the next poll will tell. */
const MOST_ATTEMPTS = 3

/** Reads a running game whose statics were found and checked. */
export function createReader(memory: Memory, statics: Statics, layout: Layout): Reader {
	const flagReader = createFlagReader(memory)
	const pointers = STATIC_NAMES.flatMap((name) => {
		const address = statics[name]
		return address === null ? [] : [{ name, address, length: 8 }]
	})
	const fetches = spans.plan(pointers)
	let loads = 0
	let wasInWorld = false

	function find(): Places {
		const bytes = spans.read(memory, fetches)
		const places: Places = { ...nowhere }
		for (const pointer of pointers) places[pointer.name] = bytes.get(pointer)?.readBigUInt64LE() ?? null
		const { MenuMan, WorldChrMan } = places
		if (isObject(MenuMan)) places.screen = readScreen(memory, MenuMan, layout.menu)
		if (WorldChrMan === 0n) places.player = 0n
		if (isObject(WorldChrMan))
			places.player = readPointer(memory, WorldChrMan + BigInt(layout.worldChr.player))
		return places
	}

	function look(places: Places): Snapshot {
		const { screen, player, GameDataMan, EventFlagMan, FieldArea } = places
		const read = isObject(GameDataMan) ? readGameData(memory, GameDataMan) : null
		const gameData = read === 'impossible' ? null : read
		const hasCharacter = gameData !== null && gameData.igtMs > 0 && screen !== null && screen !== 'title'
		const name = hasCharacter ? readName(memory, gameData.playerData) : null

		const where = isObject(player) ? readWhereabouts(memory, player, layout.player) : null
		const region =
			where && isObject(FieldArea) ? readU32(memory, FieldArea + BigInt(FIELD_AREA.playRegion)) : null

		// Elsewhere they are nobody's, or still those of the character before.
		const isInWorld = screen === 'in_game' && where !== null
		if (isInWorld && !wasInWorld) loads++
		wasInWorld = isInWorld
		return {
			igtMs: gameData?.igtMs ?? null,
			deaths: gameData?.deaths ?? null,
			screen,
			playerPresent: player === 0n ? false : where && true,
			character: name === null ? null : { name, slot: null, newGamePlus: gameData!.newGamePlus },
			mapId: where?.mapId ?? null,
			position: where?.position ?? null,
			playRegionId: (region === null ? null : toRegion(region)) ?? where?.playRegionId ?? null,
			flags:
				isInWorld && isObject(EventFlagMan) ? flagReader.read(EventFlagMan, `${loads} ${name}`) : noFlags,
		}
	}

	return {
		watch: flagReader.watch,
		read() {
			for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
				const places = find()
				const snapshot = look(places)
				// What was read between two equal looks belongs together.
				if (isSame(places, find())) return snapshot
			}
			return nothingKnown
		},
	}
}

function isObject(address: bigint | null): address is bigint {
	return address !== null && isObjectAddress(address)
}

function isSame(a: Places, b: Places): boolean {
	return a.screen === b.screen && a.player === b.player && STATIC_NAMES.every((name) => a[name] === b[name])
}

const noFlags: Snapshot['flags'] = new Map()

const nowhere: Places = {
	GameDataMan: null,
	EventFlagMan: null,
	WorldChrMan: null,
	MenuMan: null,
	FieldArea: null,
	GameMan: null,
	player: null,
	screen: null,
}

const nothingKnown: Snapshot = {
	igtMs: null,
	deaths: null,
	screen: null,
	playerPresent: null,
	character: null,
	mapId: null,
	position: null,
	playRegionId: null,
	flags: noFlags,
}
