import { readdirSync, readFileSync } from 'node:fs'
import { setInterval } from 'node:timers'

// Linux counts in ticks of 10 ms and in pages of 4 KiB, whatever the processor.
const TICKS_A_SECOND = 100
const KIB = 1024

/** CPU time that a process took until now, its ended children left out. */
export function cpuSeconds(pid: number): number {
	const { userTicks, systemTicks } = statOf(pid)
	return (userTicks + systemTicks) / TICKS_A_SECOND
}

/** CPU time of a process and all of its children, ended ones included. */
export function familyCpuSeconds(pid: number): number {
	const children = readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map((name) => tryStatOf(Number(name)))
		.filter((stat) => stat?.parent === pid)
	const own = statOf(pid)
	const ticks = children.reduce((sum, child) => sum + child!.userTicks + child!.systemTicks, 0)
	return (ticks + own.userTicks + own.systemTicks + own.endedChildrenTicks) / TICKS_A_SECOND
}

export function parentOf(pid: number): number {
	return statOf(pid).parent
}

/** What of a process is in memory. */
export function rssBytes(pid: number): number {
	const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
	return Number(kib) * KIB
}

/** Looks again and again until the function that is returned is called, which gives the most there was. */
export function watchRss(pid: number, everyMs = 50): () => number {
	let most = rssBytes(pid)
	const timer = setInterval(() => (most = Math.max(most, rssBytes(pid))), everyMs)
	return () => {
		clearInterval(timer)
		return most
	}
}

function tryStatOf(pid: number): ReturnType<typeof statOf> | undefined {
	try {
		return statOf(pid)
	} catch {
		// It ended meanwhile.
		return undefined
	}
}

/** proc(5); the name in brackets may hold anything. */
function statOf(pid: number) {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
		.replace(/^.*\) /s, '')
		.split(' ')
		.map(Number)
	const [userTicks, systemTicks, endedUser, endedSystem] = fields.slice(11, 15) as [
		number,
		number,
		number,
		number,
	]
	return { parent: fields[1]!, userTicks, systemTicks, endedChildrenTicks: endedUser + endedSystem }
}
