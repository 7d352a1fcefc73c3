import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Handle, Kernel32, Module, Opened } from './kernel32.ts'
import type { GameProcess } from './memory.ts'
import { createWindows } from './windows-process.ts'

const BASE = 0x7ff6_1234_0000n
const program: Module = { base: BASE, sizeBytes: 0x400_0000, path: 'C:\\ELDEN RING\\Game\\eldenring.exe' }

type FakeProcess = {
	pid: number
	name?: string
	createdAt?: bigint
	/** The error of Windows for whoever wants to read, or only to ask. */
	refuses?: { read?: number; ask?: number }
	modules?: (readonly Module[] | number)[]
	begin?: string
	exitCode?: number | null
}

/** Windows with these processes; `opened` has each access that was asked for, `open` the handles not given back. */
function fake(processes: FakeProcess[]) {
	const opened: number[] = []
	const open = new Map<Handle, FakeProcess>()
	let handles = 0n
	const kernel32: Kernel32 = {
		openProcess(access, pid): Opened {
			opened.push(access)
			const one = processes.find((process) => process.pid === pid)
			const error = one ? (access === 0x1000 ? one.refuses?.ask : one.refuses?.read) : 87
			if (!one || error !== undefined) return { ok: false, error: error ?? 87 }
			open.set(++handles, one)
			return { ok: true, handle: handles }
		},
		closeHandle(handle) {
			if (!open.delete(handle)) throw new Error('It was not open')
		},
		readMemory(handle, address, bytes) {
			const { begin = 'MZ' } = open.get(handle)!
			bytes.write(begin)
			return address === BASE && bytes.length === 2
		},
		creationTime: (handle) => open.get(handle)!.createdAt ?? null,
		exitCode: (handle) => open.get(handle)!.exitCode ?? null,
		processes: () => processes.map(({ pid, name = 'eldenring.exe' }) => ({ pid, name })),
		modules(pid) {
			const { modules = [[program]] } = processes.find((process) => process.pid === pid)!
			return modules.length > 1 ? modules.shift()! : modules[0]!
		},
	}
	return { system: createWindows(kernel32), opened, open }
}

describe('looking for the game on Windows', () => {
	it('finds processes of its name, the one that started last first, and keeps none open', () => {
		const { system, open, opened } = fake([
			{ pid: 4, createdAt: 500n },
			{ pid: 8, createdAt: 900n, name: 'EldenRing.exe' },
			{ pid: 12, createdAt: 950n, name: 'notepad.exe' },
			{ pid: 16, refuses: { ask: 5 } },
		])
		expect(system.look()).toEqual({
			candidates: [
				{ pid: 8, startedAt: 900n },
				{ pid: 4, startedAt: 500n },
				{ pid: 16, startedAt: 0n },
			],
			antiCheat: null,
		})
		expect(open.size).toBe(0)
		expect(new Set(opened)).toEqual(new Set([0x1000]))
	})

	it.each(['start_protected_game.exe', 'EasyAntiCheat.exe', 'EasyAntiCheat_EOS.exe'])('sees %s', (name) => {
		const { system } = fake([{ pid: 4 }, { pid: 8, name }])
		expect(system.look().antiCheat).toBe(name.toLowerCase())
	})
})

describe('attaching on Windows', () => {
	const candidate = { pid: 4, startedAt: 7n }

	it('asks for no right but to read and to ask', () => {
		const { system, opened } = fake([{ pid: 4 }])
		const attachment = system.attach(candidate)
		expect(attachment).toMatchObject({
			state: 'attached',
			process: { pid: 4, startedAt: 7n, base: BASE, imageBytes: 0x400_0000, exePath: program.path },
		})
		expect(opened).toEqual([0x10 | 0x400])
	})

	it('tells a player whose game may not be read what to do', () => {
		const { system } = fake([{ pid: 4, refuses: { read: 5 } }])
		const attachment = system.attach(candidate)
		expect(attachment.state === 'refused' && attachment.why).toContain('started as administrator')
	})

	it('tries again while modules are being loaded', () => {
		const { system } = fake([{ pid: 4, modules: [24, 24, [program]] }])
		expect(system.attach(candidate).state).toBe('attached')
	})

	it.each<[string, Partial<FakeProcess>]>([
		['has ended', { refuses: { read: 87 } }],
		['has no module yet', { modules: [[]] }],
		['never tells its modules', { modules: [24] }],
		['refuses to tell its modules', { modules: [299] }],
		['is no program', { begin: 'ZM' }],
	])('is not done to a process that %s', (_, traits) => {
		const { system, open } = fake([{ pid: 4, ...traits }])
		expect(system.attach(candidate)).toEqual({ state: 'no_game' })
		expect(open.size).toBe(0)
	})

	it('reads until it is closed, and closes once', () => {
		const { system, open } = fake([{ pid: 4 }])
		const game = (system.attach(candidate) as { process: GameProcess }).process
		expect(game.read(BASE, 2)?.toString()).toBe('MZ')
		expect(game.read(BASE + 1n, 2)).toBeNull()
		game.close()
		game.close()
		expect(game.read(BASE, 2)).toBeNull()
		expect(game.isRunning()).toBe(false)
		expect(open.size).toBe(0)
	})

	it('sees the game end', () => {
		const process: FakeProcess = { pid: 4 }
		const game = (fake([process]).system.attach(candidate) as { process: GameProcess }).process
		expect(game.isRunning()).toBe(true)
		process.exitCode = 0
		expect(game.isRunning()).toBe(false)
	})
})

it('nothing is asked of Windows that writes to a process or runs code in it', () => {
	const source = readFileSync(new URL('kernel32.ts', import.meta.url), 'utf8')
	const functions = [...source.matchAll(/__stdcall (\w+)/g)].map(([, name]) => name)
	expect(functions).toEqual([
		'OpenProcess',
		'CloseHandle',
		'ReadProcessMemory',
		'GetProcessTimes',
		'GetExitCodeProcess',
		'CreateToolhelp32Snapshot',
		'Process32FirstW',
		'Process32NextW',
		'Module32FirstW',
		'Module32NextW',
		'GetLastError',
	])
})
