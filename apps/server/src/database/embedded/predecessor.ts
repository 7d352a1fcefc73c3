import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#log.ts'
import * as claims from './claim.ts'
import * as endpoints from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import * as pidFiles from './pid-file.ts'
import type { PidFile } from './pid-file.ts'
import { Refused } from '#refused.ts'

type Site = { dataFolder: string; endpoint: Endpoint; log: Log }

/** How long one that ends, and how long a server that still works, is waited for. */
export type Patience = { isOverForDying(): boolean; isOverForLiving(): boolean }

const RETRY_MS = 100
/** Ending takes long on a busy machine; it is the only thing that can be waited for in good hope. */
const DYING_FACTOR = 6
const ORPHAN_STOP_MS = 30_000

/**
 * Returns when nothing that an earlier server left stands in the way: its PostgreSQL may be gone, about to end, a
 * zombie that nobody has reaped yet, or running on without an owner. Throws when another server uses the folder.
 */
export async function outlive(site: Site, patience: Patience): Promise<void> {
	for (;;) {
		const previous = await pidFiles.read(site.dataFolder)
		if (!previous || (await isOvercome(site, previous, patience))) return
		await sleep(RETRY_MS)
	}
}

export function patienceOf(livingMs: number): Patience {
	const startMs = Date.now()
	return {
		isOverForDying: () => Date.now() - startMs > livingMs * DYING_FACTOR,
		isOverForLiving: () => Date.now() - startMs > livingMs,
	}
}

/** Whether the PostgreSQL that works on the folder is the process with this id. */
export async function isFolderOf(dataFolder: string, pid: number): Promise<boolean> {
	return (await pidFiles.read(dataFolder))?.pid === pid
}

export function inUse(dataFolder: string, by: string): Refused {
	return new Refused(
		`Another server (${by}) uses ${dataFolder}: stop it, or set DATA_DIR to another folder for this one.`,
	)
}

async function isOvercome(site: Site, previous: PidFile, patience: Patience): Promise<boolean> {
	const connection = endpoints.ofPredecessor(previous, site.endpoint)
	const attempt = connection ? await claims.take(connection) : ({ outcome: 'silent' } as const)
	switch (attempt.outcome) {
		case 'taken':
			await stopOrphan(site, previous)
			await attempt.claim.release().catch(() => undefined)
			return true
		case 'held':
			if (patience.isOverForLiving()) throw inUse(site.dataFolder, attempt.by)
			return false
		case 'busy':
			return false
		case 'silent':
			return isOutOfTheWay(site, previous, patience)
	}
}

async function isOutOfTheWay(
	{ dataFolder, log }: Site,
	{ pid }: PidFile,
	patience: Patience,
): Promise<boolean> {
	const who = await pidFiles.whoIs(pid, dataFolder)
	switch (who) {
		case 'nobody':
			return true
		case 'zombie':
		case 'stranger':
			if (who === 'zombie' && !patience.isOverForLiving()) return false
			// To PostgreSQL any live process of that number looks like one of its own.
			log.info({ pid }, `removing a stale pid file: its process is a ${who}`)
			if (await isFolderOf(dataFolder, pid)) await rm(pidFiles.path(dataFolder), { force: true })
			return true
		case 'postgres':
			if (!patience.isOverForDying()) return false
			throw new Refused(
				`PostgreSQL (process ${pid}) still runs on ${dataFolder} and does not answer: stop it (kill -INT ${pid}) and start again.`,
			)
	}
}

/** It is stopped rather than adopted: a child of our own ends with us and has this release's settings. */
async function stopOrphan({ dataFolder, log }: Site, { pid }: PidFile): Promise<void> {
	log.info({ pid }, 'stopping the PostgreSQL that a killed server left')
	try {
		process.kill(pid, 'SIGINT')
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException
		// Not here, yet it answers: it runs in another container on the same folder.
		if (code === 'ESRCH') throw inUse(dataFolder, 'in another container')
		throw new Refused(
			`PostgreSQL (process ${pid}) runs on ${dataFolder} as another user: stop it, or start this server as that user.`,
		)
	}
	const deadlineMs = Date.now() + ORPHAN_STOP_MS
	while ((await pidFiles.whoIs(pid, dataFolder)) === 'postgres' && Date.now() < deadlineMs)
		await sleep(RETRY_MS / 5)
}
