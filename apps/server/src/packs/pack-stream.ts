import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Spliced } from './splice.ts'

const CHUNK_BYTES = 256 * 1024

/** Half open: from `start` up to but not including `end`. */
export type Bytes = { start: number; end: number }

/**
 * Some bytes of a spliced zip. It closes the file when it ends or is given up, and fails rather than
 * ending early when the file turns out shorter than it was.
 */
export class PackStream extends Readable {
	#handle: FileHandle
	#spliced: Spliced
	#position: number
	#end: number

	constructor(handle: FileHandle, spliced: Spliced, { start, end }: Bytes) {
		super({ highWaterMark: CHUNK_BYTES })
		this.#handle = handle
		this.#spliced = spliced
		this.#position = start
		this.#end = end
	}

	override _read(): void {
		const { keepBytes, tail } = this.#spliced
		if (this.#position < Math.min(this.#end, keepBytes)) return void this.#readFile()
		if (this.#position < this.#end)
			this.push(tail.subarray(this.#position - keepBytes, this.#end - keepBytes))
		this.push(null)
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		this.#handle.close().then(
			() => done(error),
			(closeError: Error) => done(error ?? closeError),
		)
	}

	async #readFile(): Promise<void> {
		const length = Math.min(CHUNK_BYTES, this.#end - this.#position, this.#spliced.keepBytes - this.#position)
		try {
			const { bytesRead, buffer } = await this.#handle.read(
				Buffer.allocUnsafeSlow(length),
				0,
				length,
				this.#position,
			)
			if (this.destroyed) return
			if (bytesRead === 0) throw new Error('the stored zip became shorter while it was sent')
			this.#position += bytesRead
			this.push(buffer.subarray(0, bytesRead))
		} catch (error) {
			this.destroy(error as Error)
		}
	}
}
