import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLinux } from './linux-process.ts'
import type { GameProcess } from './memory.ts'
import { editionOf } from './testing/editions.ts'
import { buildImage, IMAGE_BYTES } from './testing/image.ts'

const BASE = 0x14_0000
const PATH = '/home/ada/Steam Library/ELDEN RING/Game/eldenring.exe'
const { header } = buildImage({ edition: editionOf('2.6.2'), base: BigInt(BASE), plant: [] })

type Told = {
	comm?: string
	cmdline?: string
	state?: string
	startedAt?: number
	maps?: string
	mem?: Buffer
}

let proc: string
beforeEach(() => (proc = mkdtempSync(join(tmpdir(), 'speedfog-proc-'))))
afterEach(() => rmSync(proc, { recursive: true }))

const line = (at: number, path: string, inode = 42) =>
	`${at.toString(16)}-${(at + 0x1000).toString(16)} r--p 00000000 fe:00 ${inode}      ${path}\n`

/** A process as the system would show it; the others' files tell nothing that is read. */
function start(pid: number, told: Told = {}) {
	const { comm = 'eldenring.exe', cmdline = '', state = 'S', startedAt = pid } = told
	const { maps = line(BASE, PATH), mem = Buffer.concat([Buffer.alloc(BASE), header]) } = told
	const fields = [state, ...Array.from({ length: 18 }, (_, index) => index), startedAt, 0, 0]
	mkdirSync(join(proc, String(pid)))
	const write = (name: string, content: string | Buffer) =>
		writeFileSync(join(proc, String(pid), name), content)
	write('comm', `${comm}\n`)
	write('cmdline', cmdline)
	write('stat', `${pid} (${comm} (1) x) ${fields.join(' ')}\n`)
	write('maps', maps)
	write('mem', mem)
}

const look = () => openLinux({ proc }).look()

function attach(pid: number): GameProcess | string {
	const attachment = openLinux({ proc }).attach({ pid, startedAt: BigInt(pid) })
	return attachment.state === 'attached' ? attachment.process : attachment.state
}

describe('looking for the game', () => {
	it('finds processes of its name, the one that started last first', () => {
		start(10, { startedAt: 500 })
		start(11, { startedAt: 900 })
		start(12, { startedAt: 700, comm: 'ELDENRING.EXE' })
		start(13, { comm: 'steam' })
		mkdirSync(join(proc, 'sys'))
		expect(look()).toEqual({
			candidates: [
				{ pid: 11, startedAt: 900n },
				{ pid: 12, startedAt: 700n },
				{ pid: 10, startedAt: 500n },
			],
			antiCheat: null,
		})
	})

	it('takes the command line where no process has the name', () => {
		start(10, { comm: 'Main Thread', cmdline: 'Z:\\games\\ELDEN RING\\Game\\eldenring.exe\0-dx12\0' })
		start(11, { comm: 'reaper', cmdline: '/steam/reaper\0SteamLaunch\0/games/eldenring.exe\0' })
		expect(look().candidates.map(({ pid }) => pid)).toEqual([10])
	})

	it.each(['Z', 'X'])('leaves out a process in state %s', (state) => {
		start(10, { state })
		expect(look().candidates).toEqual([])
	})

	it('goes on where a process ends while it is looked at', () => {
		mkdirSync(join(proc, '9'))
		start(10)
		expect(look().candidates).toHaveLength(1)
	})

	it.each([
		['start_protected', 'start_protected_game.exe'],
		['EasyAntiCheat_E', 'EasyAntiCheat'],
		['easyanticheat.e', 'EasyAntiCheat'],
	])('sees the anti-cheat %s', (comm, name) => {
		start(10)
		start(11, { comm })
		expect(look().antiCheat).toBe(name)
	})
})

describe('attaching to a process', () => {
	it('finds where its image lies and how large it is', () => {
		start(10)
		const game = attach(10) as GameProcess
		expect(game).toMatchObject({
			pid: 10,
			startedAt: 10n,
			base: BigInt(BASE),
			imageBytes: IMAGE_BYTES,
			exePath: PATH,
		})
		game.close()
	})

	it('takes the first mapping of the program that begins with its headers', () => {
		const maps =
			line(0x1000, '/usr/lib/wine/x86_64-unix/ntdll.so') +
			line(0x2000, '/games/not-eldenring.exe') +
			line(0x3000, '/games/eldenring.exe.bak') +
			line(0x4000, PATH) +
			line(BASE, PATH) +
			line(BASE + 0x1000, PATH)
		start(10, { maps })
		const game = attach(10) as GameProcess
		expect(game.base).toBe(BigInt(BASE))
		game.close()
	})

	it.each([
		['has no such mapping, as launchers', { maps: line(BASE, '/usr/bin/bwrap') }],
		['has no mapping at all', { maps: '' }],
		['has no headers yet', { mem: Buffer.alloc(BASE + 0x1000) }],
		['has headers that are no program’s', { mem: Buffer.concat([Buffer.alloc(BASE), Buffer.from('MZ')]) }],
	])('is not the game where it %s', (_, told) => {
		start(10, told)
		expect(attach(10)).toBe('no_game')
	})

	it('is not the game where it has ended', () => {
		expect(attach(10)).toBe('no_game')
	})

	it('of another user tells so', () => {
		const isRoot = process.getuid?.() === 0
		// Process 1 is root's everywhere; root itself has to be somebody else to be refused.
		if (isRoot) process.seteuid!(12_345)
		const attachment = openLinux().attach({ pid: 1, startedAt: 0n })
		if (isRoot) process.seteuid!(0)
		expect(attachment).toEqual({
			state: 'refused',
			why: 'Elden Ring runs as another user (number 0): start the companion as that user.',
		})
	})
})

describe('an attached process', () => {
	it('is read all or not at all', () => {
		start(10)
		const game = attach(10) as GameProcess
		expect(game.read(game.base, 2)?.toString()).toBe('MZ')
		expect(game.read(game.base + 0xff0n, 0x10)).toHaveLength(0x10)
		expect(game.read(game.base + 0xff0n, 0x11)).toBeNull()
		expect(game.read(0xffff_8000_0000_0000n, 8)).toBeNull()
		game.close()
	})

	it('is not read after it was closed', () => {
		start(10)
		const game = attach(10) as GameProcess
		game.close()
		game.close()
		expect(game.read(game.base, 2)).toBeNull()
	})

	it('runs until it ends, or another one has its number', () => {
		start(10)
		const game = attach(10) as GameProcess
		expect(game.isRunning()).toBe(true)
		rmSync(join(proc, '10'), { recursive: true })
		expect(game.isRunning()).toBe(false)
		start(10, { startedAt: 99 })
		expect(game.isRunning()).toBe(false)
		game.close()
	})

	it('has nothing to read when its memory is gone', () => {
		start(10)
		const game = attach(10) as GameProcess
		truncateSync(join(proc, '10', 'mem'))
		expect(game.read(game.base, 2)).toBeNull()
		game.close()
	})
})
