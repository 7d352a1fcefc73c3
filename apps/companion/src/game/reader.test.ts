import { describe, expect, it } from 'vitest'
import type { Memory } from './memory.ts'
import { layoutOf } from './offsets.ts'
import { createReader } from './reader.ts'
import { STATIC_NAMES } from './signatures.ts'
import { f32, u16, u32, u64 } from './testing/bytes.ts'
import { EDITIONS, editionOf, type Edition } from './testing/editions.ts'
import { createSparseMemory } from './testing/sparse-memory.ts'
import { createWorld, title, type Scene } from './testing/world.ts'
import type { Statics } from './validate.ts'

const BASE = 0x1_4000_0000n
const HEAP = 0x7ff4_8000_0000n
const FLAG = 1_040_292_017

const inLimgrave: Scene = {
	managers: true,
	screen: 'in_game',
	character: { name: 'Ada', newGamePlus: 1 },
	igtMs: 61_000,
	deaths: 3,
	player: { mapId: 0x3c2c_2400, position: [12.5, -3, 77.25] },
	playRegionId: 6_100_000,
}

function prepare(edition: Edition = editionOf('2.6.2'), known = STATIC_NAMES as readonly string[]) {
	const memory = createSparseMemory()
	const world = createWorld(memory, { edition, base: BASE, heap: HEAP })
	world.show(inLimgrave)
	const statics = Object.fromEntries(
		STATIC_NAMES.map((name) => [name, known.includes(name) ? BASE + BigInt(edition.statics[name]) : null]),
	) as Statics
	const { layout } = layoutOf(edition.version)
	/** Lets something happen just before a read. */
	let before = (_read: number, _address: bigint) => {}
	const watched: Memory = {
		read(address, length, into) {
			before(memory.reads, address)
			return memory.read(address, length, into)
		},
	}
	const reader = createReader(watched, statics, layout)
	reader.watch([FLAG])
	return { memory, world, reader, layout, interrupt: (act: typeof before) => (before = act) }
}

describe('a snapshot', () => {
	it.each(EDITIONS.map((one) => [one.version.join('.'), one] as const))(
		'tells all that %s shows',
		(_, edition) => {
			const { world, reader } = prepare(edition)
			world.show({ flags: [{ flag: FLAG, isSet: true }] })
			expect(reader.read()).toEqual({
				igtMs: 61_000,
				deaths: 3,
				screen: 'in_game',
				playerPresent: true,
				character: { name: 'Ada', slot: null, newGamePlus: 1 },
				mapId: 'm60_44_36_00',
				position: [12.5, -3, 77.25],
				playRegionId: 6_100_000,
				flags: new Map([[FLAG, true]]),
			})
		},
	)

	it('of the title screen has no character, no place and no flags', () => {
		const { world, reader } = prepare()
		world.show({ ...title, flags: [{ flag: FLAG, isSet: true }] })
		expect(reader.read()).toEqual({
			igtMs: 0,
			deaths: 0,
			screen: 'title',
			playerPresent: false,
			character: null,
			mapId: null,
			position: null,
			playRegionId: null,
			flags: new Map(),
		})
	})

	it('of a loading screen has the character and his time, and no flags', () => {
		const { world, reader } = prepare()
		world.show({ screen: 'loading', player: null })
		expect(reader.read()).toMatchObject({
			igtMs: 61_000,
			screen: 'loading',
			playerPresent: false,
			character: { name: 'Ada' },
			mapId: null,
			flags: new Map(),
		})
	})

	it('shows no character that the title screen still holds from before', () => {
		const { world, reader } = prepare()
		world.show({ screen: 'title' })
		expect(reader.read().character).toBeNull()
		world.show({ screen: 'loading', igtMs: 0 })
		expect(reader.read().character).toBeNull()
	})

	it('keeps a name of 16 letters, and letters beyond the first plane', () => {
		const { world, reader } = prepare()
		for (const name of ['Sixteen letters!', '褪せ人 𝔄']) {
			world.show({ character: { name } })
			expect(reader.read().character?.name).toBe(name)
		}
	})

	it.each([
		['no map', (at: bigint) => [at + 0x6d0n, u32(0xffff_ffff)] as const, { mapId: null }],
		['no number', (at: bigint) => [at + 0x6c4n, f32(Number.NaN)] as const, { position: null }],
	])('has null for a place with %s', (_, spoil, expected) => {
		const { memory, world, reader } = prepare()
		memory.write(...spoil(world.player))
		expect(reader.read()).toMatchObject({ playerPresent: true, ...expected })
	})

	it('takes the region of the player where that of the field is not known', () => {
		const { memory, world, reader } = prepare(editionOf('2.6.2'), STATIC_NAMES.slice(0, 4))
		memory.write(world.player + 0x6e8n, u32(1_234_567))
		expect(reader.read().playRegionId).toBe(1_234_567)
	})

	it('says nothing of a screen that is none', () => {
		const { memory, world, reader, layout } = prepare()
		memory.write(world.objects.MenuMan + BigInt(layout.menu.screen), u16(0x4242))
		expect(reader.read()).toMatchObject({ screen: null, flags: new Map() })
	})

	it('says nothing of figures that are impossible', () => {
		const { memory, world, reader } = prepare()
		memory.write(world.objects.GameDataMan + 0x94n, u32(4_000_000_000))
		expect(reader.read()).toMatchObject({ igtMs: null, deaths: null, character: null, screen: 'in_game' })
	})

	it('says nothing of a player that is no object, or cannot be read', () => {
		const { memory, world, reader, layout } = prepare()
		for (const address of [0x7ff0_0000_0000n, 0x3n]) {
			memory.write(world.objects.WorldChrMan + BigInt(layout.worldChr.player), u64(address))
			expect(reader.read()).toMatchObject({ playerPresent: null, mapId: null, flags: new Map() })
		}
	})

	it('knows that nobody is there where the game has no world', () => {
		const { memory, reader } = prepare()
		memory.write(BASE + BigInt(editionOf('2.6.2').statics.WorldChrMan), u64(0n))
		expect(reader.read().playerPresent).toBe(false)
	})

	it('says nothing at all when the game is gone', () => {
		const { memory, reader } = prepare()
		memory.unmap(BASE, 0x3f0_0000)
		expect(reader.read()).toEqual({
			igtMs: null,
			deaths: null,
			screen: null,
			playerPresent: null,
			character: null,
			mapId: null,
			position: null,
			playRegionId: null,
			flags: new Map(),
		})
	})

	it('[C12] costs at most 16 reads for 150 flags in all groups there are', () => {
		const { memory, reader } = prepare()
		const groups = [1_040_292_000, 1_050_294_000, 6_000, 76_000]
		reader.watch(Array.from({ length: 150 }, (_, index) => groups[index % 4]! + index))
		expect(reader.read().flags.size).toBe(150)
		const { reads } = memory
		reader.read()
		expect(memory.reads - reads).toBeLessThanOrEqual(16)
	})
})

describe('a game that changes while it is read', () => {
	it('is read again, so that all of a snapshot belongs together', () => {
		const { memory, world, reader, interrupt } = prepare()
		reader.read()
		const from = memory.reads
		// After any of the reads the player quits: never is a flag of the world shown under the title.
		for (let after = 1; after <= 16; after++) {
			world.show({ ...inLimgrave, flags: [{ flag: FLAG, isSet: true }] })
			const start = memory.reads
			let hasQuit = false
			interrupt((read) => {
				if (hasQuit || read - start < after) return
				hasQuit = true
				world.show({ ...title, flags: [{ flag: FLAG, isSet: false }] })
			})
			const { screen, playerPresent, igtMs, flags } = reader.read()
			const seen = { screen, playerPresent, igtMs, flag: flags.get(FLAG) }
			const stayed = { screen: 'in_game', playerPresent: true, igtMs: 61_000, flag: true }
			const quit = { screen: 'title', playerPresent: false, igtMs: 0, flag: undefined }
			expect([stayed, quit]).toContainEqual(seen)
			if (hasQuit && after < 10) expect(seen).toEqual(quit)
		}
		expect(memory.reads).toBeGreaterThan(from)
	})

	it('tells nothing while it goes on changing', () => {
		const { memory, world, reader, layout, interrupt } = prepare()
		const shown = world.objects.MenuMan + BigInt(layout.menu.screen)
		let isLoading = false
		interrupt((_, address) => {
			if (address === shown) isLoading = !isLoading
			world.show({ screen: isLoading ? 'loading' : 'in_game' })
		})
		memory.reads = 0
		expect(reader.read()).toMatchObject({ screen: null, playerPresent: null, igtMs: null })
		expect(memory.reads).toBeLessThan(50)
	})

	it('never pairs the time of one moment with the deaths of another', () => {
		const { world, reader, interrupt } = prepare()
		let moment = 0
		interrupt(() => {
			moment++
			world.show({ igtMs: 100_000 + moment, deaths: moment })
		})
		for (let poll = 0; poll < 20; poll++) {
			const { igtMs, deaths } = reader.read()
			expect(igtMs! - deaths!).toBe(100_000)
		}
	})
})

describe('the flags of a character', () => {
	it('are sought anew after each load', () => {
		const { memory, world, reader } = prepare()
		expect(reader.read().flags.get(FLAG)).toBe(false)
		const polls = [inLimgrave, { screen: 'loading', player: null }, inLimgrave] as const
		const costs = polls.map((scene) => {
			world.show(scene)
			const { reads } = memory
			reader.read()
			return memory.reads - reads
		})
		expect(costs[2]).toBeGreaterThan(costs[0]!)
	})

	it('are the same map in each poll while nothing changes', () => {
		const { reader } = prepare()
		expect(reader.read().flags).toBe(reader.read().flags)
	})
})
