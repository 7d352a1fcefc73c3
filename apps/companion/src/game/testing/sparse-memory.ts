import type { Memory } from '../memory.ts'

export type Writable = { write(address: bigint, bytes: Uint8Array): void }

/** A game's memory that exists where it was written, in pages as the real one. */
export type SparseMemory = Memory &
	Writable & {
		/** How often it was read. */
		reads: number
		/** Takes the pages away that this range touches. */
		unmap(address: bigint, length: number): void
	}

const PAGE = 0x1000

export function createSparseMemory(): SparseMemory {
	const pages = new Map<bigint, Buffer>()

	function* pagesOf(address: bigint, length: number) {
		for (let done = 0; done < length;) {
			const at = address + BigInt(done)
			const offset = Number(at % BigInt(PAGE))
			const part = Math.min(PAGE - offset, length - done)
			yield { page: at / BigInt(PAGE), offset, done, part }
			done += part
		}
	}

	return {
		reads: 0,
		read(address, length, into) {
			this.reads++
			const bytes = into ?? Buffer.alloc(length)
			for (const { page, offset, done, part } of pagesOf(address, length)) {
				const found = pages.get(page)
				if (!found) return null
				found.copy(bytes, done, offset, offset + part)
			}
			return bytes
		},
		write(address, bytes) {
			for (const { page, offset, done, part } of pagesOf(address, bytes.length)) {
				let found = pages.get(page)
				if (!found) pages.set(page, (found = Buffer.alloc(PAGE)))
				found.set(bytes.subarray(done, done + part), offset)
			}
		},
		unmap(address, length) {
			for (const { page } of pagesOf(address, length)) pages.delete(page)
		},
	}
}
