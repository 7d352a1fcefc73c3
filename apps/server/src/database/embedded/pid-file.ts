import { readFile, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'

/** What PostgreSQL wrote about itself in its data folder; the last lines come late in its start. */
export type PidFile = { pid: number; port: number | undefined; socketFolder: string | undefined }

export async function read(folder: string): Promise<PidFile | undefined> {
	const text = await readFile(path(folder), 'utf8').catch(() => '')
	const [pid, , , port, socketFolder] = text.split('\n')
	if (!pid) return undefined
	return {
		pid: Math.abs(Number(pid)),
		port: Number(port) || undefined,
		socketFolder: socketFolder || undefined,
	}
}

export function path(folder: string): string {
	return join(folder, 'postmaster.pid')
}

/**
 * What stands behind a pid: a zombie still counts as alive for the kernel and for PostgreSQL, and after a crash of
 * the machine the number may be anybody's.
 */
export async function whoIs(
	pid: number,
	folder: string,
): Promise<'postgres' | 'zombie' | 'stranger' | 'nobody'> {
	try {
		process.kill(pid, 0)
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'nobody'
	}
	if (process.platform !== 'linux') return 'postgres'
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
	if (stat === '') return 'nobody'
	// The name stands in brackets and may hold anything.
	const state = stat.slice(stat.lastIndexOf(')') + 2)[0]
	if (state === 'Z' || state === 'X') return 'zombie'
	const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
	if (workingFolder !== undefined) return workingFolder === (await realpath(folder)) ? 'postgres' : 'stranger'
	return stat.includes('(postgres)') ? 'postgres' : 'stranger'
}
