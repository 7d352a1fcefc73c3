import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { explainRefusal } from './linux-refusal.ts'
import type { Attachment, Candidate, GameProcess, System } from './memory.ts'
import { inMemory, MZ, readImage } from './pe.ts'

export type LinuxOptions = {
	/** Default `/proc`. */
	proc?: string
	/** What runs the companion: this one's rights are spoken of. Default: this very program. */
	program?: string
}

/** What the system keeps of a program's name; Wine gives its own processes the names of what they run. */
const COMM_LENGTH = 15
const GAME = 'eldenring.exe'
const ANTI_CHEATS = [
	{ begins: 'start_protected_game.exe'.slice(0, COMM_LENGTH), name: 'start_protected_game.exe' },
	{ begins: 'easyanticheat', name: 'EasyAntiCheat' },
]

/** Games under Proton or Wine: ordinary processes of Linux, read through `/proc` with nothing but `fs`. */
export function openLinux({ proc = '/proc', program = process.execPath }: LinuxOptions = {}): System {
	return {
		look() {
			const running = readdirSync(proc)
				.filter((name) => /^\d+$/.test(name))
				.map((pid) => ({ pid: Number(pid), comm: readText(`${proc}/${pid}/comm`).trim().toLowerCase() }))
			const named = running.filter(({ comm }) => comm === GAME)
			const games = named.length > 0 ? named : running.filter(({ pid }) => isCalledGame(proc, pid))
			const antiCheat = ANTI_CHEATS.find(({ begins }) => running.some(({ comm }) => comm.startsWith(begins)))
			const candidates = games.flatMap(({ pid }): Candidate[] => {
				const startedAt = readStart(proc, pid)
				return startedAt === null ? [] : [{ pid, startedAt }]
			})
			return {
				candidates: candidates.sort((a, b) => (a.startedAt > b.startedAt ? -1 : 1)),
				antiCheat: antiCheat?.name ?? null,
			}
		},
		attach: (candidate) => attach(proc, program, candidate),
	}
}

/** A game whose first thread has been renamed still has the command line it was started with. */
function isCalledGame(proc: string, pid: number): boolean {
	const [started = ''] = readText(`${proc}/${pid}/cmdline`).split('\0', 1)
	return started.split(/[\\/]/).at(-1)!.toLowerCase() === GAME
}

function attach(proc: string, program: string, { pid, startedAt }: Candidate): Attachment {
	let file: number
	let maps: string
	try {
		maps = readFileSync(`${proc}/${pid}/maps`, 'latin1')
		file = openSync(`${proc}/${pid}/mem`, 'r')
	} catch (error) {
		if (!isForbidden(error)) return { state: 'no_game' }
		return { state: 'refused', why: explainRefusal({ proc, pid, program }) }
	}
	const memory = openMemory(file)
	// Launchers have the game's name in their command line too, but only the game has its image in memory.
	const mapping = findMappings(maps).find(({ base }) => memory.read(base, 2)?.readUInt16LE() === MZ)
	const image = mapping && readImage(inMemory(memory, mapping.base))
	if (!image) {
		memory.close()
		return { state: 'no_game' }
	}
	const process: GameProcess = {
		...memory,
		pid,
		startedAt,
		base: mapping.base,
		// The mappings do not tell: Wine makes most of the image anonymous memory.
		imageBytes: image.sizeBytes,
		exePath: mapping.path,
		isRunning: () => readStart(proc, pid) === startedAt,
	}
	return { state: 'attached', process }
}

function openMemory(file: number): Pick<GameProcess, 'read' | 'close'> {
	let isOpen = true
	return {
		read(address, length, into) {
			// Its number may be another file's by now.
			if (!isOpen) return null
			const bytes = into ?? Buffer.allocUnsafe(length)
			try {
				return readSync(file, bytes, 0, length, address) === length ? bytes : null
			} catch {
				return null
			}
		},
		close() {
			if (isOpen) closeSync(file)
			isOpen = false
		},
	}
}

const MAPPING = /^([0-9a-f]+)-[0-9a-f]+ +\S+ +\S+ +\S+ +\S+ +(.*\/eldenring\.exe)$/gim

function findMappings(maps: string): { base: bigint; path: string }[] {
	return [...maps.matchAll(MAPPING)].map(([, base, path]) => ({ base: BigInt(`0x${base}`), path: path! }))
}

const ENDED = ['Z', 'X', 'x']

/** Ticks after the system's own start; null for a process that is gone or only waits to be. */
function readStart(proc: string, pid: number): bigint | null {
	const stat = readText(`${proc}/${pid}/stat`)
	// Its name, in brackets, may hold blanks and brackets.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
	const [state = 'X', start] = [fields[0], fields[19]]
	return start === undefined || ENDED.includes(state) ? null : BigInt(start)
}

/** What is asked of each process of the machine is short, and asked again and again. */
const room = Buffer.allocUnsafe(4_096)

/** Empty where the process has ended meanwhile, or is not ours to ask. */
function readText(path: string): string {
	let file: number | undefined
	try {
		file = openSync(path, 'r')
		return room.toString('latin1', 0, readSync(file, room))
	} catch {
		return ''
	} finally {
		if (file !== undefined) closeSync(file)
	}
}

function isForbidden(error: unknown): boolean {
	const { code } = error as NodeJS.ErrnoException
	return code === 'EACCES' || code === 'EPERM'
}
