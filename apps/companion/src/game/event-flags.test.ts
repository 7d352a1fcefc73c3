import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFlagReader, findBlock, isInitialised, readBlocks, type Block } from './event-flags.ts'
import { bitOf, writeManager, writeTree, type Group, type TreeShape } from './testing/flag-tree.ts'
import { createSparseMemory, type SparseMemory } from './testing/sparse-memory.ts'
import { u32, u64 } from './testing/bytes.ts'

const MANAGER = 0x7ff4_1000_0000n
const BLOCKS = 0x7ff4_2000_0000n
const NODES = 0x7ff4_3000_0000n
/** Somewhere else, and at no even address: blocks are 125 bytes long. */
const AWAY = 0x7ff4_4000_007dn
const BLOCK_BYTES = 125
const INDEXED = 1
const POINTED = 2

let memory: SparseMemory
beforeEach(() => (memory = createSparseMemory()))

type Layout = {
	groups: readonly Group[]
	shape?: TreeShape
	nodes?: bigint
	blockCount?: number
	divisor?: number
}

/** Nodes in the order in which they were made: the head, then the root. */
function write({ groups, shape, nodes = NODES, blockCount = 64, divisor }: Layout): bigint[] {
	const made: bigint[] = []
	const allocate = (bytes: number) => {
		const at = nodes + BigInt(made.length * 0x40)
		memory.write(at, Buffer.alloc(bytes))
		made.push(at)
		return at
	}
	const head = writeTree(memory, { groups, ...(shape ? { shape } : {}), allocate })
	memory.write(MANAGER, Buffer.alloc(0x60))
	writeManager(memory, {
		at: MANAGER,
		head,
		groupCount: groups.length,
		blockCount,
		firstBlock: BLOCKS,
		...(divisor === undefined ? {} : { divisor }),
	})
	memory.write(BLOCKS, Buffer.alloc(blockCount * BLOCK_BYTES))
	memory.write(AWAY, Buffer.alloc(0x1000))
	return made
}

function find(group: number): Block {
	return findBlock(memory, readBlocks(memory, MANAGER)!, group)
}

function set(block: bigint, flag: number, isSet = true) {
	const { byte, value } = bitOf(flag)
	const at = block + BigInt(byte)
	const before = memory.read(at, 1)!.readUInt8()
	memory.write(at, Buffer.from([isSet ? before | value : before & ~value]))
}

describe('the block of a group', () => {
	const groups = [
		{ key: 10, mode: INDEXED, place: 0n },
		{ key: 20, mode: INDEXED, place: 5n },
		{ key: 30, mode: POINTED, place: AWAY },
		{ key: 40, mode: 0, place: AWAY },
		{ key: 50, mode: 3, place: AWAY },
		{ key: 60, mode: POINTED, place: 0n },
		{ key: 70, mode: INDEXED, place: 64n },
		{ key: 0xffff_fff0, mode: INDEXED, place: 6n },
	]
	const at = (address: bigint) => ({ state: 'block', address })
	const table: [number, string, object][] = [
		[10, 'is the first one by its index', at(BLOCKS)],
		[20, 'is found by its index', at(BLOCKS + 5n * 125n)],
		[30, 'is where a pointer leads', at(AWAY)],
		[40, 'is absent in mode 0, as in the game', { state: 'absent' }],
		[50, 'is absent in mode 3, as in the game', { state: 'absent' }],
		[60, 'is absent behind a null pointer', { state: 'absent' }],
		[70, 'is unknown beyond the last block', { state: 'unknown' }],
		[9, 'is absent below all groups', { state: 'absent' }],
		[25, 'is absent between two groups', { state: 'absent' }],
		[0xffff_fff1, 'is absent above all groups', { state: 'absent' }],
		[0xffff_fff0, 'is found by a key in the upper half', at(BLOCKS + 6n * 125n)],
	]
	it.each(table)('%i %s', (group, _, expected) => {
		write({ groups })
		expect(find(group)).toEqual(expected)
	})

	it('ignores what stands beside an index of 32 bits', () => {
		const [, root] = write({ groups: [{ key: 10, mode: INDEXED, place: 0xabcd_0000_0003n }] })
		expect(root).toBeDefined()
		expect(find(10)).toEqual(at(BLOCKS + 3n * 125n))
	})

	it('is absent in a game without groups', () => {
		write({ groups: [] })
		expect(find(10)).toEqual({ state: 'absent' })
	})

	it('is found at the end of a tree 64 nodes deep, and given up behind that', () => {
		const chain = (length: number) =>
			Array.from({ length }, (_, index) => ({ key: index, mode: INDEXED, place: BigInt(index) }))
		write({ groups: chain(64), shape: 'chain' })
		expect(find(63)).toEqual(at(BLOCKS + 63n * 125n))
		expect(find(64)).toEqual({ state: 'absent' })
		write({ groups: chain(65), shape: 'chain', blockCount: 65 })
		expect(find(64)).toEqual({ state: 'unknown' })
	})

	it('is unknown where the tree leads in a circle', () => {
		const [, root] = write({ groups: [{ key: 10, mode: INDEXED, place: 0n }] })
		memory.write(root! + 0x10n, u64(root!))
		expect(find(11)).toEqual({ state: 'unknown' })
	})

	it.each([
		['not mapped', 0x7fff_0000_0000n],
		['null', 0n],
		['no address', 0xffff_8000_0000_0000n],
		['uneven', NODES + 3n],
	])('is unknown where the tree leads to what is %s', (_, address) => {
		const [, root] = write({ groups: [{ key: 10, mode: INDEXED, place: 0n }] })
		memory.write(root! + 0x00n, u64(address))
		expect(find(9)).toEqual({ state: 'unknown' })
		expect(find(11)).toEqual({ state: 'absent' })
	})

	it('is unknown without the head of the tree', () => {
		write({ groups })
		memory.unmap(NODES, 1)
		expect(find(10)).toEqual({ state: 'unknown' })
	})
})

describe('the flags', () => {
	const groups = [
		{ key: 1_040_292, mode: INDEXED, place: 3n },
		{ key: 76, mode: POINTED, place: AWAY },
	]
	const block = BLOCKS + 3n * 125n
	const first = 1_040_292_000

	it('are read bit by bit, the highest first', () => {
		write({ groups })
		memory.write(block, Buffer.from([0b1000_0001, 0b0100_0000]))
		memory.write(block + 124n, Buffer.from([1]))
		const flags = createFlagReader(memory)
		const watched = [0, 1, 7, 8, 9, 992, 999].map((place) => first + place)
		flags.watch(watched)
		const read = flags.read(MANAGER, '')
		expect(watched.map((flag) => read.get(flag))).toEqual([true, false, true, false, true, false, true])
	})

	it('are not set where the game has no such group', () => {
		write({ groups })
		const flags = createFlagReader(memory)
		flags.watch([2_000_000_123])
		expect(flags.read(MANAGER, '')).toEqual(new Map([[2_000_000_123, false]]))
	})

	it('are missing where their block cannot be read, and only these', () => {
		write({ groups })
		const flags = createFlagReader(memory)
		flags.watch([first, 76_001])
		memory.unmap(AWAY, 0x1000)
		expect(flags.read(MANAGER, '')).toEqual(new Map([[first, false]]))
		memory.write(AWAY, Buffer.alloc(0x200))
		set(AWAY, 76_001)
		expect([...flags.read(MANAGER, '')]).toEqual([
			[first, false],
			[76_001, true],
		])
	})

	it('are missing where the tree could not be read, until it can', () => {
		const [, root] = write({ groups: [groups[0]!] })
		const flags = createFlagReader(memory)
		flags.watch([first])
		memory.write(root!, Buffer.alloc(0x20, 0xff))
		memory.write(NODES + 8n, u64(0x7fff_0000_0000n))
		expect(flags.read(MANAGER, '').size).toBe(0)
		write({ groups: [groups[0]!] })
		expect(flags.read(MANAGER, '')).toEqual(new Map([[first, false]]))
	})

	it.each([
		['has not been filled in', { divisor: 0 }],
		['counts in other numbers', { divisor: 100 }],
		['has no blocks', { blockCount: 0 }],
	])('are missing while the manager %s', (_, spoilt) => {
		write({ groups, ...spoilt })
		const flags = createFlagReader(memory)
		flags.watch([first])
		expect(flags.read(MANAGER, '').size).toBe(0)
		expect(isInitialised(readBlocks(memory, MANAGER)!)).toBe(false)
	})

	it('are missing while the manager cannot be read', () => {
		const flags = createFlagReader(memory)
		flags.watch([first])
		expect(flags.read(MANAGER, '').size).toBe(0)
	})

	it('stay the same map until one of their blocks changes', () => {
		write({ groups })
		const flags = createFlagReader(memory)
		flags.watch([first + 5, 76_001])
		const before = flags.read(MANAGER, '')
		expect(flags.read(MANAGER, '')).toBe(before)
		set(block, first + 5)
		const after = flags.read(MANAGER, '')
		expect(after).not.toBe(before)
		expect(after.get(first + 5)).toBe(true)
		expect(before.get(first + 5)).toBe(false)
		set(block, first + 5, false)
		expect(flags.read(MANAGER, '').get(first + 5)).toBe(false)
	})

	it('need three reads when nothing has moved: the manager and two places', () => {
		write({ groups })
		const flags = createFlagReader(memory)
		flags.watch(Array.from({ length: 150 }, (_, place) => first + place).concat(76_001))
		flags.read(MANAGER, '')
		const { reads } = memory
		flags.read(MANAGER, '')
		expect(memory.reads - reads).toBe(3)
	})

	it('are sought anew when the watched ones change', () => {
		write({ groups })
		const flags = createFlagReader(memory)
		flags.watch([first])
		flags.read(MANAGER, '')
		flags.watch([76_001])
		set(AWAY, 76_001)
		expect(flags.read(MANAGER, '')).toEqual(new Map([[76_001, true]]))
	})

	describe('are sought anew', () => {
		/** The tree now says something else of the group, and the old block holds garbage. */
		function move() {
			memory.write(block, Buffer.alloc(BLOCK_BYTES, 0xff))
			write({ groups: [{ ...groups[0]!, place: 7n }], nodes: NODES })
			memory.write(block, Buffer.alloc(BLOCK_BYTES, 0xff))
		}
		function startAt(epoch: string) {
			write({ groups: [groups[0]!] })
			const flags = createFlagReader(memory)
			flags.watch([first])
			expect(flags.read(MANAGER, epoch).get(first)).toBe(false)
			return flags
		}

		it('not at each read: what was found is kept', () => {
			const flags = startAt('Ada')
			move()
			expect(flags.read(MANAGER, 'Ada').get(first)).toBe(true)
		})

		it('for another character', () => {
			const flags = startAt('Ada')
			move()
			expect(flags.read(MANAGER, 'Bo').get(first)).toBe(false)
		})

		it('when the head of the tree is another one', () => {
			const flags = startAt('Ada')
			write({ groups: [{ ...groups[0]!, place: 7n }], nodes: NODES + 0x1_0000n })
			memory.write(block, Buffer.alloc(BLOCK_BYTES, 0xff))
			expect(flags.read(MANAGER, 'Ada').get(first)).toBe(false)
		})

		it('when the blocks are elsewhere', () => {
			const flags = startAt('Ada')
			memory.write(block, Buffer.alloc(BLOCK_BYTES, 0xff))
			memory.write(AWAY, Buffer.alloc(0x2000))
			memory.write(MANAGER + 0x28n, u64(AWAY))
			expect(flags.read(MANAGER, 'Ada').get(first)).toBe(false)
		})

		it('when the tree has grown', () => {
			const flags = startAt('Ada')
			move()
			memory.write(MANAGER + 0x40n, u64(9n))
			expect(flags.read(MANAGER, 'Ada').get(first)).toBe(false)
		})

		it('when the manager is another one', () => {
			const flags = startAt('Ada')
			const other = MANAGER + 0x10_0000n
			move()
			memory.write(other, memory.read(MANAGER, 0x60)!)
			expect(flags.read(other, 'Ada').get(first)).toBe(false)
		})

		it('after the manager was gone for a while', () => {
			const flags = startAt('Ada')
			move()
			memory.write(MANAGER + 0x1cn, u32(0))
			expect(flags.read(MANAGER, 'Ada').size).toBe(0)
			memory.write(MANAGER + 0x1cn, u32(1_000))
			expect(flags.read(MANAGER, 'Ada').get(first)).toBe(false)
		})
	})

	it('are what was written, for any flags in any groups', () => {
		const group = fc.record({ key: fc.integer({ min: 0, max: 4_294_967 }), isPointed: fc.boolean() })
		const someGroups = fc.uniqueArray(group, { minLength: 1, maxLength: 40, selector: ({ key }) => key })
		const someFlags = fc.array(fc.tuple(fc.nat(60), fc.nat(999), fc.boolean()), { maxLength: 60 })
		fc.assert(
			fc.property(someGroups, someFlags, (some, marks) => {
				memory = createSparseMemory()
				const places = some.map(({ key, isPointed }, index) => ({
					key,
					mode: isPointed ? POINTED : INDEXED,
					place: isPointed ? AWAY + BigInt(index * BLOCK_BYTES) : BigInt(index),
				}))
				write({ groups: places })
				memory.write(AWAY, Buffer.alloc(places.length * BLOCK_BYTES))
				const expected = new Map<number, boolean>()
				for (const [group, place, isSet] of marks) {
					const one = places[group]
					// The others' groups are not there at all.
					const flag = (one ? one.key : 4_294_967 + group) * 1_000 + place
					expected.set(flag, one !== undefined && isSet)
					const indexed = BLOCKS + (one?.place ?? 0n) * 125n
					if (one) set(one.mode === POINTED ? one.place : indexed, flag, isSet)
				}
				const flags = createFlagReader(memory)
				flags.watch([...expected.keys()])
				expect(new Map([...flags.read(MANAGER, '')].sort())).toEqual(new Map([...expected].sort()))
			}),
		)
	})
})
