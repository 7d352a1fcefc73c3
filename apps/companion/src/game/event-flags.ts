import { isObjectAddress, type Memory } from './memory.ts'
import * as spans from './spans.ts'
import type { Fetch, Span } from './spans.ts'

/**
 * Flags stand in blocks, one block for each group of a thousand. A search tree, the game's std::map, tells where a
 * group's block is; a group without one has no flag set.
 */
export type Blocks = {
	manager: bigint
	divisor: number
	blockBytes: number
	blockCount: number
	firstBlock: bigint
	/** The tree's own nil node; its parent is the root. */
	head: bigint
	groupCount: bigint
}

export type Block =
	| { state: 'block'; address: bigint }
	/** The game takes all flags of such a group as not set. */
	| { state: 'absent' }
	/** It could not be read, or made no sense. */
	| { state: 'unknown' }

export type FlagReader = {
	watch(flags: readonly number[]): void
	/**
	 * The watched flags; one that could not be read is missing, and while none changed it is the same map. `epoch`
	 * is another one after each load: what is known of the tree is not kept beyond.
	 */
	read(manager: bigint, epoch: string): ReadonlyMap<number, boolean>
}

const DIVISOR = 1_000
const BLOCK_BYTES = 125

const HEADER = { at: 0x1cn, bytes: 0x2c } as const
const NODE_BYTES = 0x38
const INDEXED = 1
const POINTED = 2
/** A balanced tree of all groups has half as many levels at most. */
const MOST_STEPS = 64
const MOST_BLOCKS = 1_000_000

/** A group's block, and what stood in it when it was last read. */
type Place = { span: Span | null; bytes: Buffer | null }

export function createFlagReader(memory: Memory): FlagReader {
	let groups: ReadonlyMap<number, readonly number[]> = new Map()
	let tree: { blocks: Blocks; epoch: string } | null = null
	let places = new Map<number, Place>()
	let fetches: readonly Fetch[] = []
	let flags = noFlags

	function forget() {
		tree = null
		places = new Map()
		fetches = []
		flags = noFlags
	}

	/** True where a block was found that was not known. */
	function findPlaces(blocks: Blocks): boolean {
		const known = places.size
		for (const group of groups.keys()) {
			if (places.has(group)) continue
			const block = findBlock(memory, blocks, group)
			if (block.state === 'unknown') continue
			const span = block.state === 'block' ? { address: block.address, length: BLOCK_BYTES } : null
			places.set(group, { span, bytes: null })
		}
		return places.size > known
	}

	/** True where a block holds something else than before. */
	function readPlaces(): boolean {
		const contents = spans.read(memory, fetches)
		let hasChanged = false
		for (const place of places.values()) {
			const bytes = place.span ? (contents.get(place.span) ?? null) : noneSet
			const isSame = bytes && place.bytes ? bytes.equals(place.bytes) : bytes === place.bytes
			if (isSame) continue
			// A copy, to be compared with what is read into the same room next.
			place.bytes = bytes && Buffer.from(bytes)
			hasChanged = true
		}
		return hasChanged
	}

	return {
		watch(wanted) {
			groups = byGroup(wanted)
			forget()
		},
		read(manager, epoch) {
			const blocks = readBlocks(memory, manager)
			if (!blocks || !isInitialised(blocks)) {
				forget()
				return flags
			}
			if (tree?.epoch !== epoch || !isSame(tree.blocks, blocks)) forget()
			tree = { blocks, epoch }
			if (findPlaces(blocks)) fetches = spans.plan([...places.values()].flatMap(({ span }) => span ?? []))
			if (readPlaces()) flags = readFlags(groups, places)
			return flags
		},
	}
}

/** Null where it cannot be read; zeros where the game has not filled it in yet. */
export function readBlocks(memory: Memory, manager: bigint): Blocks | null {
	const bytes = memory.read(manager + HEADER.at, HEADER.bytes)
	if (!bytes) return null
	return {
		manager,
		divisor: bytes.readUInt32LE(0x00),
		blockBytes: bytes.readUInt32LE(0x04),
		blockCount: bytes.readUInt32LE(0x08),
		firstBlock: bytes.readBigUInt64LE(0x0c),
		head: bytes.readBigUInt64LE(0x1c),
		groupCount: bytes.readBigUInt64LE(0x24),
	}
}

/** Other figures than these are another object's, or another game's. */
export function isInitialised({ divisor, blockBytes, blockCount, head }: Blocks): boolean {
	return (
		divisor === DIVISOR &&
		blockBytes === BLOCK_BYTES &&
		blockCount > 0 &&
		blockCount < MOST_BLOCKS &&
		isObjectAddress(head)
	)
}

/** Walks the tree as the game does: to the first node whose key is not below the group. */
export function findBlock(memory: Memory, blocks: Blocks, group: number): Block {
	const { head } = blocks
	let best: Node | null = null
	let at = readNode(memory, head)?.parent
	for (let steps = 0; at !== head; steps++) {
		const node = at === undefined || steps === MOST_STEPS ? null : readNode(memory, at)
		if (!node) return { state: 'unknown' }
		if (node.isNil) break
		if (node.key >= group) best = node
		at = node.key < group ? node.right : node.left
	}
	return best && best.key === group ? blockOf(blocks, best) : { state: 'absent' }
}

function blockOf({ firstBlock, blockBytes, blockCount }: Blocks, { mode, location }: Node): Block {
	switch (mode) {
		case INDEXED: {
			const index = location & 0xffff_ffffn
			if (firstBlock === 0n) return { state: 'absent' }
			if (index >= BigInt(blockCount)) return { state: 'unknown' }
			return { state: 'block', address: firstBlock + BigInt(blockBytes) * index }
		}
		case POINTED:
			return location === 0n ? { state: 'absent' } : { state: 'block', address: location }
		default:
			return { state: 'absent' }
	}
}

type Node = {
	left: bigint
	parent: bigint
	right: bigint
	isNil: boolean
	key: number
	mode: number
	location: bigint
}

function readNode(memory: Memory, address: bigint): Node | null {
	const bytes = isObjectAddress(address) ? memory.read(address, NODE_BYTES) : null
	if (!bytes) return null
	return {
		left: bytes.readBigUInt64LE(0x00),
		parent: bytes.readBigUInt64LE(0x08),
		right: bytes.readBigUInt64LE(0x10),
		isNil: bytes.readUInt8(0x19) !== 0,
		key: bytes.readUInt32LE(0x20),
		mode: bytes.readUInt32LE(0x28),
		location: bytes.readBigUInt64LE(0x30),
	}
}

function readFlags(
	groups: ReadonlyMap<number, readonly number[]>,
	places: ReadonlyMap<number, Place>,
): ReadonlyMap<number, boolean> {
	const flags = new Map<number, boolean>()
	for (const [group, members] of groups) {
		const bytes = places.get(group)?.bytes
		for (const flag of bytes ? members : []) flags.set(flag, isSet(bytes!, flag % DIVISOR))
	}
	return flags
}

/** The first flag of a byte is its highest bit. */
function isSet(block: Buffer, place: number): boolean {
	return (block[place >> 3]! & (1 << (7 - (place & 7)))) !== 0
}

function byGroup(flags: readonly number[]): ReadonlyMap<number, readonly number[]> {
	const groups = new Map<number, number[]>()
	for (const flag of flags) {
		const group = Math.floor(flag / DIVISOR)
		const members = groups.get(group)
		if (members) members.push(flag)
		else groups.set(group, [flag])
	}
	return groups
}

function isSame(a: Blocks, b: Blocks): boolean {
	return (
		a.manager === b.manager &&
		a.head === b.head &&
		a.firstBlock === b.firstBlock &&
		a.groupCount === b.groupCount &&
		a.blockCount === b.blockCount
	)
}

const noneSet = Buffer.alloc(BLOCK_BYTES)
const noFlags: ReadonlyMap<number, boolean> = new Map()
