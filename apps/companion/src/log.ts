import { appendFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openTerminal, type Terminal } from './terminal.ts'

/** What was shown, with its time, for a bug report: it never holds a token. */
export const LOG_NAME = 'speedfog-companion.log'
const LARGEST_BYTES = 256 * 1024
/** Beside the newest: `.1` is the one before. */
const OLDER = 2

/** Keeps a log in a folder; one that cannot be written is done without. */
export function openLog(folder: string, now: () => number): Terminal {
	const file = join(folder, LOG_NAME)
	let bytes = sizeOf(file)
	return openTerminal(
		{
			write(text) {
				const line = `${new Date(now()).toISOString()} ${text}`
				try {
					if (bytes > LARGEST_BYTES) {
						rotate(file)
						bytes = 0
					}
					appendFileSync(file, line, { mode: 0o600 })
					bytes += Buffer.byteLength(line)
				} catch {
					// The terminal has said what is in the way of writing there.
				}
			},
		},
		now,
	)
}

function rotate(file: string) {
	rmSync(`${file}.${OLDER}`, { force: true })
	for (let age = OLDER; age > 0; age--) {
		const newer = age === 1 ? file : `${file}.${age - 1}`
		if (sizeOf(newer) > 0) renameSync(newer, `${file}.${age}`)
	}
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
