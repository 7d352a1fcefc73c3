import { writeFile } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import yauzl from 'yauzl'
import yazl from 'yazl'
import * as packs from './packs.ts'
import type { Pack } from './packs.ts'

export type ZipContent = Record<string, string | Buffer>

export type ZipOptions = { comment?: string; zip64?: boolean; stored?: boolean }

/** A zip as another library makes it, so that ours is not tested against its own ideas. */
export async function makeZip(content: ZipContent, options: ZipOptions = {}): Promise<Buffer> {
	const zip = new yazl.ZipFile()
	for (const [name, data] of Object.entries(content))
		zip.addBuffer(Buffer.from(data), name, {
			mtime: new Date('2026-02-21T12:00:00Z'),
			mode: 0o100644,
			compress: !options.stored,
			forceZip64Format: options.zip64 ?? false,
		})
	zip.end({ comment: options.comment ?? '', forceZip64Format: options.zip64 ?? false })
	return buffer(zip.outputStream)
}

export async function writeZip(file: string, content: ZipContent, options?: ZipOptions): Promise<void> {
	await writeFile(file, await makeZip(content, options))
}

/** Name → content of every entry, in the directory's order, as another library reads them. */
export async function readZip(zip: Buffer): Promise<Map<string, Buffer>> {
	const content = new Map<string, Buffer>()
	const opened = await yauzl.fromBufferPromise(zip)
	for await (const entry of opened.eachEntry())
		content.set(entry.fileName, await buffer(await opened.openReadStreamPromise(entry)))
	return content
}

/** What somebody gets who is slower than the disk. */
export async function received(
	pack: Pack,
	bytes = { start: 0, end: pack.sizeBytes },
	take: () => Promise<unknown> = () => sleep(2),
): Promise<Buffer> {
	const parts: Buffer[] = []
	const into = new Writable({
		write(chunk: Buffer, _, done) {
			take().then(() => {
				// Its memory is used again once it is taken.
				parts.push(Buffer.from(chunk))
				done()
			}, done)
		},
	})
	into.on('error', () => {})
	await packs.send(pack, bytes, into)
	return Buffer.concat(parts)
}
