import type { Writable } from './sparse-memory.ts'
import { u32, u64 } from './bytes.ts'

/** A group of a thousand flags: `mode` says how the tree tells where its block is, `place` is index or address. */
export type Group = { key: number; mode: number; place: bigint }

export type TreeShape = 'balanced' | 'chain'

export type TreeOptions = {
	groups: readonly Group[]
	/** A chain is as deep as it has groups: nothing but right turns. */
	shape?: TreeShape
	/** Where the nodes may be put. */
	allocate: (bytes: number) => bigint
}

const NODE_BYTES = 0x40

/** Writes a std::map as the game has it and tells where its head is. */
export function writeTree(memory: Writable, { groups, shape = 'balanced', allocate }: TreeOptions): bigint {
	const head = allocate(NODE_BYTES)
	const sorted = [...groups].sort((a, b) => a.key - b.key)

	function write(from: number, to: number, parent: bigint): bigint {
		if (from === to) return head
		const middle = shape === 'chain' ? from : (from + to) >> 1
		const { key, mode, place } = sorted[middle]!
		const at = allocate(NODE_BYTES)
		const node = Buffer.alloc(NODE_BYTES, 0xee)
		u64(write(from, middle, at)).copy(node, 0x00)
		u64(parent).copy(node, 0x08)
		u64(write(middle + 1, to, at)).copy(node, 0x10)
		node[0x18] = 1
		node[0x19] = 0
		u32(key).copy(node, 0x20)
		u32(mode).copy(node, 0x28)
		u64(place).copy(node, 0x30)
		memory.write(at, node)
		return at
	}

	const root = write(0, sorted.length, head)
	const nil = Buffer.alloc(NODE_BYTES)
	for (const at of [0x00, 0x08, 0x10]) u64(root).copy(nil, at)
	nil[0x19] = 1
	memory.write(head, nil)
	return head
}

export type ManagerOptions = {
	at: bigint
	head: bigint
	groupCount: number
	blockCount: number
	firstBlock: bigint
	divisor?: number
	blockBytes?: number
}

export function writeManager(memory: Writable, options: ManagerOptions) {
	const { at, head, groupCount, blockCount, firstBlock, divisor = 1_000, blockBytes = 125 } = options
	const figures = [u32(divisor), u32(blockBytes), u32(blockCount)]
	const places = [u64(firstBlock), u64(0x1234n), u64(head), u64(BigInt(groupCount))]
	memory.write(at + 0x1cn, Buffer.concat([...figures, ...places]))
}

/** Where a flag stands in its block: the byte, and the bit's value in it. */
export function bitOf(flag: number): { byte: number; value: number } {
	const place = flag % 1_000
	return { byte: (place - (place % 8)) / 8, value: 2 ** (7 - (place % 8)) }
}
