import { readFileSync } from 'node:fs'

/** What a server has open besides sockets: the database, files, libraries. */
const BESIDE = 200

/** How many files a process may have open here, by the soft limit that children inherit. */
export function limit(): number {
	const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
	return Number(soft)
}

/** As many sessions as were asked for, or as fit below the limit. */
export function sessionsThatFit(wanted: number, socketsEach: number): number {
	return Math.min(wanted, Math.floor((limit() - BESIDE) / socketsEach))
}
