import { describe, expect, it } from 'vitest'
import { inMemory, readImage } from './pe.ts'
import type { StaticName } from './signatures.ts'
import { u32, u64 } from './testing/bytes.ts'
import { editionOf } from './testing/editions.ts'
import { tableOf } from './testing/image.ts'
import { createSparseMemory } from './testing/sparse-memory.ts'
import { createWorld } from './testing/world.ts'
import { check, className, type Statics } from './validate.ts'

const BASE = 0x1_4000_0000n
const HEAP = 0x7ff4_8000_0000n
const edition = editionOf('2.6.2')

function prepare() {
	const memory = createSparseMemory()
	const world = createWorld(memory, { edition, base: BASE, heap: HEAP })
	world.show({ managers: true })
	const image = readImage(inMemory(memory, BASE))!
	const at = (name: StaticName) => BASE + BigInt(edition.statics[name])
	const statics: Statics = {
		GameDataMan: at('GameDataMan'),
		EventFlagMan: at('EventFlagMan'),
		WorldChrMan: at('WorldChrMan'),
		MenuMan: at('MenuMan'),
		FieldArea: null,
		GameMan: null,
	}
	const point = (name: StaticName, address: bigint) => memory.write(at(name), u64(address))
	return { memory, world, point, image, statics, check: () => check(memory, BASE, image, statics) }
}

describe('what the statics point to', () => {
	it('is taken when each object is what it should be', () => {
		expect(prepare().check()).toEqual({ state: 'ready' })
	})

	it('is waited for until the game has made it', () => {
		const { world, check } = prepare()
		world.show({ managers: false })
		expect(check()).toEqual({ state: 'missing', names: ['GameDataMan', 'EventFlagMan', 'MenuMan'] })
	})

	it('is waited for until the flags are filled in', () => {
		const { world, memory, check } = prepare()
		memory.write(world.objects.EventFlagMan + 0x1cn, u32(0))
		expect(check()).toEqual({ state: 'missing', names: ['EventFlagMan'] })
	})

	it('may lack a world, as before the first character', () => {
		const { point, check } = prepare()
		point('WorldChrMan', 0n)
		expect(check()).toEqual({ state: 'ready' })
	})

	it.each([
		['small', 0x8000n],
		['uneven', HEAP + 4n],
		['the system’s own', 0xffff_8000_0000_0000n],
	])('is refused where an address is %s', (_, address) => {
		const { point, check } = prepare()
		point('GameDataMan', address)
		const problems = [`GameDataMan points to 0x${address.toString(16)}, where no object can be`]
		expect(check()).toEqual({ state: 'wrong', problems })
	})

	it('is refused where nothing is mapped', () => {
		const { point, check } = prepare()
		for (const name of ['GameDataMan', 'EventFlagMan', 'WorldChrMan', 'MenuMan'] as const) {
			point(name, 0x7ff0_0000_0000n)
		}
		expect(check()).toEqual({
			state: 'wrong',
			problems: [
				'GameDataMan cannot be read',
				'EventFlagMan cannot be read',
				'WorldChrMan is a nameless thing',
				'MenuMan is a nameless thing',
			],
		})
	})

	it.each([
		['time', 0xa0, 3_600_000_000],
		['number of deaths', 0x94, 100_000],
		['journey', 0x120, 100],
	])('is refused with an impossible %s', (_, offset, value) => {
		const { world, memory, check } = prepare()
		memory.write(world.objects.GameDataMan + BigInt(offset), u32(value))
		expect(check()).toMatchObject({ state: 'wrong' })
	})

	it('is refused with flags of another size', () => {
		const { world, memory, check } = prepare()
		memory.write(world.objects.EventFlagMan + 0x20n, u32(128))
		const problems = ['EventFlagMan has 4 blocks of 128 bytes for 1000 flags']
		expect(check()).toEqual({ state: 'wrong', problems })
	})

	it('is refused where the class is another one', () => {
		const { world, memory, check } = prepare()
		memory.write(world.objects.MenuMan, u64(tableOf(BASE, 'other')))
		expect(check()).toEqual({ state: 'wrong', problems: ['MenuMan is a .?AVSomethingElse@CS@@'] })
	})
})

describe('the name of a class', () => {
	it('is what the compiler left beside its functions', () => {
		const { memory, image, world } = prepare()
		const object = world.objects.WorldChrMan
		expect(className(memory, { base: BASE, image, object })).toBe('.?AVWorldChrManImp@CS@@')
	})

	it.each([
		['a table outside of the image', 0x7ff0_0000_0000n],
		['no table', 0n],
		['a table without a record', BASE + 0x300_0800n],
	])('is null with %s', (_, table) => {
		const { memory, image, world } = prepare()
		memory.write(BASE + 0x300_07f8n, Buffer.alloc(16))
		memory.write(world.objects.WorldChrMan, u64(table))
		expect(className(memory, { base: BASE, image, object: world.objects.WorldChrMan })).toBeNull()
	})
})
