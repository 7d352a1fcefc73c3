import {
	closeSync,
	constants,
	fsyncSync,
	ftruncateSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { apply, empty, type Queue, type QueueRecord } from './queue.ts'

/** The queue, kept in a file: what was added is there again after the process or the PC died (C8). */
export type Outbox = {
	queue(): Queue
	/** Done once this returns, with what must not be lost on the disk. */
	record(...records: QueueRecord[]): void
	close(): void
}

/** A file is written anew, with only what still counts, when it has grown to this. */
const REWRITE_AT_BYTES = 256 * 1024

/** Not to append: Windows lets nobody shorten a file that was opened so (EPERM; Wine does). */
const WRITING = constants.O_WRONLY | constants.O_CREAT

/** Keeps the queue of one session in a file of its own, one JSON record a line. */
export function openOutbox(file: string, onTrouble: (problem: string) => void): Outbox {
	const { queue: found, goodBytes } = readRecords(file)
	let queue = found
	let fd = openSync(file, WRITING, 0o600)
	ftruncateSync(fd, goodBytes)
	syncFolder(file)
	let bytes = goodBytes
	let rewriteAt = REWRITE_AT_BYTES
	/** Whether the file holds everything. If not, it is written anew until it does: after a line cut short nothing is read. */
	let isWhole = true

	const outbox: Outbox = {
		queue: () => queue,
		record(...records) {
			if (isWhole) append(records)
			queue = records.reduce(apply, queue)
			if (!isWhole || bytes >= rewriteAt) rewrite()
		},
		close: () => closeSync(fd),
	}

	function append(records: QueueRecord[]) {
		try {
			bytes += write(fd, records.map((record) => `${JSON.stringify(record)}\n`).join(''), bytes)
			if (records.some(mustLast)) fsyncSync(fd)
		} catch (error) {
			isWhole = false
			onTrouble(
				`${file} cannot be written (${codeOf(error)}): make room there, or the run is lost with this program`,
			)
		}
	}

	function rewrite() {
		const fresh = `${file}.new`
		try {
			const size = writeWhole(fresh, stateOf(queue))
			replaceBy(fresh)
			bytes = size
			if (!isWhole) onTrouble(`${file} can be written again: nothing was lost`)
			isWhole = true
		} catch {
			// As long as the file is only too long, it does no harm; half a new one only takes room.
			rmSync(fresh, { force: true })
		}
		rewriteAt = bytes + REWRITE_AT_BYTES
	}

	/** Windows puts nothing in the place of a file that is open. */
	function replaceBy(fresh: string) {
		closeIfOpen(fd)
		try {
			renameSync(fresh, file)
			syncFolder(file)
		} finally {
			fd = openSync(file, WRITING, 0o600)
		}
	}

	outbox.record({ type: 'opened' })
	return outbox
}

/** For a simulated game whose run ends with its process. */
export function openMemoryOutbox(): Outbox {
	let queue = apply(empty, { type: 'opened' })
	return {
		queue: () => queue,
		record(...records) {
			queue = records.reduce(apply, queue)
		},
		close() {},
	}
}

/** Flags and deaths must be on the disk before they are sent; figures may be lost, others follow. */
function mustLast(record: QueueRecord): boolean {
	switch (record.type) {
		case 'add':
			return record.message.type === 'event_flag' || record.mustKeep === true
		case 'ack':
		case 'sent':
			return false
		default:
			return true
	}
}

/** Reads as far as the file is whole: the last line may have been cut off by a power failure. */
function readRecords(file: string): { queue: Queue; goodBytes: number } {
	const bytes = readIfThere(file)
	let queue = empty
	let goodBytes = 0
	for (;;) {
		const end = bytes.indexOf('\n', goodBytes)
		const record = end < 0 ? undefined : parseRecord(bytes.toString('utf8', goodBytes, end))
		if (!record) return { queue, goodBytes }
		queue = apply(queue, record)
		goodBytes = end + 1
	}
}

/** Only our own lines come here, so a line that is JSON is whole. */
function parseRecord(line: string): QueueRecord | undefined {
	try {
		const record: unknown = JSON.parse(line)
		return typeof record === 'object' && record !== null ? (record as QueueRecord) : undefined
	} catch {
		return undefined
	}
}

function stateOf(queue: Queue): string {
	const { watch, startedAtMs, character, reported, nextSeq, numbered, entries, held } = queue
	const records: QueueRecord[] = [
		{ type: 'opened' },
		...(watch ? [{ type: 'watch', watch, startedAtMs } as const] : []),
		...(character ? [{ type: 'character', character } as const] : []),
		{
			type: 'state',
			reported: [...reported],
			nextSeq,
			numbered,
			entries: [...entries],
			held: [...held],
		},
	]
	return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}

function readIfThere(file: string): Buffer {
	try {
		return readFileSync(file)
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
		throw error
	}
}

function writeWhole(file: string, text: string): number {
	const fd = openSync(file, 'w', 0o600)
	try {
		const size = write(fd, text, 0)
		fsyncSync(fd)
		return size
	} finally {
		closeSync(fd)
	}
}

/** What went wrong with a file may have closed it. */
function closeIfOpen(fd: number) {
	try {
		closeSync(fd)
	} catch {
		// It is what was wanted.
	}
}

function codeOf(error: unknown): string {
	return (error as NodeJS.ErrnoException).code ?? String(error)
}

function write(fd: number, text: string, at: number): number {
	const bytes = Buffer.from(text)
	for (let done = 0; done < bytes.length;) {
		done += writeSync(fd, bytes, done, bytes.length - done, at + done)
	}
	return bytes.length
}

/** A new name in a folder lasts only when the folder is on the disk; Windows cannot and need not do that. */
function syncFolder(file: string) {
	if (process.platform === 'win32') return
	const fd = openSync(dirname(file), 'r')
	fsyncSync(fd)
	closeSync(fd)
}
