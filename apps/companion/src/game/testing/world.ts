import { STATIC_NAMES, type StaticName } from '../signatures.ts'
import { f32, u16, u32, u64 } from './bytes.ts'
import type { Edition } from './editions.ts'
import { bitOf, writeManager, writeTree, type Group, type TreeShape } from './flag-tree.ts'
import { buildImage, tableOf, type ClassName, type Plant } from './image.ts'
import type { Writable } from './sparse-memory.ts'

export type WorldOptions = {
	edition: Edition
	base: bigint
	/** Where the objects are. */
	heap: bigint
	plant?: readonly Plant[]
	tree?: { shape: TreeShape; groups: readonly number[] }
}

/** What the game is to show from now on; what is not named stays. Plain data, so that another process can be told. */
export type Scene = {
	/** Whether the game has made its objects. */
	managers?: boolean
	screen?: 'title' | 'loading' | 'in_game'
	/** Null takes the character away: nothing is loaded. */
	character?: { name: string; newGamePlus?: number } | null
	igtMs?: number
	deaths?: number
	/** Null: nobody stands in the world. */
	player?: { mapId: number; position: readonly [number, number, number] } | null
	playRegionId?: number
	flags?: readonly { flag: number; isSet: boolean }[]
}

export type World = {
	show(scene: Scene): void
	/** Where the objects are, for tests that break one. */
	objects: Readonly<Record<StaticName, bigint>>
	player: bigint
}

/** How the game says where a group's block is: both ways, by turns. */
const INDEXED = 1
const POINTED = 2
const BLOCK_BYTES = 125

/** How much of a heap it takes. */
export const HEAP_BYTES = 0x10_0000

/** A game that never ran: its image and its objects, laid out as those of `edition`. */
export function createWorld(memory: Writable, options: WorldOptions): World {
	const {
		edition,
		base,
		heap,
		plant,
		tree = { shape: 'balanced', groups: [1_040_292, 1_050_294, 6, 76] },
	} = options
	let free = heap
	const allocate = (bytes: number) => {
		const at = free
		free += BigInt(Math.ceil(bytes / 16) * 16)
		memory.write(at, Buffer.alloc(bytes))
		return at
	}
	const image = buildImage({ edition, base, ...(plant ? { plant } : {}) })
	memory.write(base, image.header)
	memory.write(base + BigInt(STATICS_FROM), Buffer.alloc(STATICS_BYTES))
	for (const { rva, bytes } of image.parts) memory.write(base + BigInt(rva), bytes)

	const objects: Record<StaticName, bigint> = {
		GameDataMan: allocate(0x200),
		EventFlagMan: allocate(0x300),
		WorldChrMan: allocate(edition.player + 0x100),
		MenuMan: allocate(0x800),
		FieldArea: allocate(0x200),
		GameMan: allocate(0xc00),
	}
	const playerData = allocate(0x200)
	const player = allocate(0x800)
	const blocks = allocate(tree.groups.length * BLOCK_BYTES)
	const places = tree.groups.map((key, index) => ({
		key,
		block: blocks + BigInt(index * BLOCK_BYTES),
		isPointed: index % 2 === 1,
		index,
	}))
	const groups = places.map(({ key, block, isPointed, index }): Group => {
		return { key, mode: isPointed ? POINTED : INDEXED, place: isPointed ? block : BigInt(index) }
	})
	const head = writeTree(memory, { groups, shape: tree.shape, allocate })
	const contents = Buffer.alloc(tree.groups.length * BLOCK_BYTES)

	for (const name of ['WorldChrMan', 'MenuMan'] satisfies ClassName[]) {
		memory.write(objects[name], u64(tableOf(base, name)))
	}
	memory.write(player + 0x6b0n, Buffer.alloc(0x40, 0xff))
	memory.write(objects.MenuMan + BigInt(edition.timer), f32(1))

	const at = (name: StaticName, offset: number) => objects[name] + BigInt(offset)
	function show(scene: Scene) {
		const { managers, screen, character, igtMs, deaths, playRegionId, flags = [] } = scene
		if (igtMs !== undefined) memory.write(at('GameDataMan', 0xa0), u32(igtMs))
		if (deaths !== undefined) memory.write(at('GameDataMan', 0x94), u32(deaths))
		if (playRegionId !== undefined) memory.write(at('FieldArea', 0xe4), u32(playRegionId))
		if (character !== undefined) {
			memory.write(at('GameDataMan', 0x08), u64(character ? playerData : 0n))
			memory.write(at('GameDataMan', 0x120), u32(character?.newGamePlus ?? 0))
			const name = Buffer.alloc(32)
			name.write(character?.name ?? '', 'utf16le')
			memory.write(playerData + 0x9cn, name)
		}
		if (scene.player !== undefined) {
			const { mapId = 0xffff_ffff, position = [0, 0, 0] } = scene.player ?? {}
			memory.write(player + BigInt(edition.mapId), u32(mapId))
			memory.write(player + BigInt(edition.position), Buffer.concat(position.map(f32)))
			memory.write(at('WorldChrMan', edition.player), u64(scene.player ? player : 0n))
		}
		for (const { flag, isSet } of flags) {
			const place = places.find(({ key }) => key === Math.floor(flag / 1_000))
			if (!place) throw new Error(`The game has no group for flag ${flag}`)
			const { byte, value } = bitOf(flag)
			const offset = place.index * BLOCK_BYTES + byte
			contents[offset] = isSet ? contents[offset]! | value : contents[offset]! & ~value
			memory.write(blocks + BigInt(offset), contents.subarray(offset, offset + 1))
		}
		// Last, as in the game: by then the rest is there.
		if (screen !== undefined) {
			const shown = { in_game: 0, loading: 1, title: 0x100 }[screen]
			memory.write(at('MenuMan', edition.screen), u16(shown))
		}
		if (managers !== undefined) {
			for (const name of STATIC_NAMES) {
				memory.write(base + BigInt(edition.statics[name]), u64(managers ? objects[name] : 0n))
			}
		}
	}

	writeManager(memory, {
		at: objects.EventFlagMan,
		head,
		groupCount: groups.length,
		blockCount: groups.length,
		firstBlock: blocks,
	})
	show(title)
	return { show, objects, player }
}

/** All statics of all editions stand in here. */
const STATICS_FROM = 0x3c0_0000
const STATICS_BYTES = 0x20_0000

export const title: Scene = { screen: 'title', character: null, igtMs: 0, deaths: 0, player: null }
