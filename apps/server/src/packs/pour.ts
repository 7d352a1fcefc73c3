import type { FileHandle } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import type { Spliced } from './splice.ts'

/** More fits into some sockets and not into others, so that of many downloads some would lag far behind. */
const CHUNK_BYTES = 64 * 1024

/** Half open: from `start` up to but not including `end`. */
export type Bytes = { start: number; end: number }

/**
 * Writes some bytes of a spliced zip, read into two buffers in turns: new ones for each chunk would pile up
 * by tens of MiB before they are collected. It fails rather than ending early when the file turns out
 * shorter than it was, or when what is written to has ended.
 */
export async function pour(
	handle: FileHandle,
	{ keepBytes, tail }: Spliced,
	{ bytes: { start, end }, into }: { bytes: Bytes; into: Writable },
): Promise<void> {
	const fromFile = Math.min(end, keepBytes)
	const sizeBytes = Math.max(0, Math.min(CHUNK_BYTES, fromFile - start))
	let [reading, writing] = [Buffer.allocUnsafeSlow(sizeBytes), Buffer.allocUnsafeSlow(sizeBytes)]
	let written: Promise<unknown> = Promise.resolve()
	for (let at = start; at < fromFile;) {
		const { bytesRead } = await handle.read(reading, 0, Math.min(CHUNK_BYTES, fromFile - at), at)
		if (bytesRead === 0) throw new Error('the stored zip became shorter while it was sent')
		at += bytesRead
		// The buffer of the chunk before is free after this.
		await written
		written = write(into, reading.subarray(0, bytesRead))
		written.catch(() => {})
		;[reading, writing] = [writing, reading]
	}
	await written
	if (end > keepBytes) await write(into, tail.subarray(Math.max(0, start - keepBytes), end - keepBytes))
}

/** Resolves when the bytes are out of our hands. */
function write(into: Writable, bytes: Buffer): Promise<void> {
	return new Promise((resolve, reject) => {
		// Of a write that waits for a line which is then cut, nothing else is heard.
		const cut = () => reject(new Error('the line was cut'))
		into.once('close', cut)
		into.write(bytes, (error) => {
			into.off('close', cut)
			if (error) reject(error)
			else resolve()
		})
	})
}
