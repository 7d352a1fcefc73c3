import { openKernel32, type Kernel32 } from './kernel32.ts'
import { isObjectAddress, type Attachment, type Candidate, type GameProcess, type System } from './memory.ts'
import { MZ } from './pe.ts'

/** To read memory, and to ask how the process is. Nothing can be written with it. */
const READ_AND_ASK = 0x0410
/** Only to ask: given even for processes that may not be read. */
const ASK = 0x1000

const ACCESS_DENIED = 5
/** The list of modules grew while it was taken. */
const BAD_LENGTH = 24
const MOST_TRIES = 10

const GAME = 'eldenring.exe'

export async function openWindows(): Promise<System> {
	return createWindows(await openKernel32())
}

/** Games on Windows, or in the same Wine prefix. */
export function createWindows(kernel32: Kernel32): System {
	return {
		look() {
			const running = kernel32.processes().map(({ pid, name }) => ({ pid, name: name.toLowerCase() }))
			const antiCheat = running.find(
				({ name }) => name === 'start_protected_game.exe' || name.startsWith('easyanticheat'),
			)
			const candidates = running
				.filter(({ name }) => name === GAME)
				.map(({ pid }): Candidate => ({ pid, startedAt: readStart(kernel32, pid) }))
			return {
				candidates: candidates.sort((a, b) => (a.startedAt > b.startedAt ? -1 : 1)),
				antiCheat: antiCheat?.name ?? null,
			}
		},
		attach: (candidate) => attach(kernel32, candidate),
	}
}

function attach(kernel32: Kernel32, { pid, startedAt }: Candidate): Attachment {
	const opened = kernel32.openProcess(READ_AND_ASK, pid)
	if (!opened.ok) {
		return opened.error === ACCESS_DENIED ? { state: 'refused', why: REFUSED } : { state: 'no_game' }
	}
	const { handle } = opened
	const module = findProgram(kernel32, pid)
	let isOpen = true
	const read: GameProcess['read'] = (address, length, into = Buffer.allocUnsafe(length)) =>
		isOpen && kernel32.readMemory(handle, address, into) ? into : null
	if (module === null || read(module.base, 2)?.readUInt16LE() !== MZ) {
		kernel32.closeHandle(handle)
		return { state: 'no_game' }
	}
	return {
		state: 'attached',
		process: {
			pid,
			startedAt,
			base: module.base,
			imageBytes: module.sizeBytes,
			exePath: module.path,
			read,
			isRunning: () => isOpen && kernel32.exitCode(handle) === null,
			close() {
				if (isOpen) kernel32.closeHandle(handle)
				isOpen = false
			},
		},
	}
}

function findProgram(kernel32: Kernel32, pid: number) {
	for (let tries = 0; tries < MOST_TRIES; tries++) {
		const modules = kernel32.modules(pid)
		if (modules === BAD_LENGTH) continue
		const [program] = typeof modules === 'number' ? [] : modules
		return program && isObjectAddress(program.base) ? program : null
	}
	return null
}

/** 0 for a process that does not even tell when it began: any other one is newer. */
function readStart(kernel32: Kernel32, pid: number): bigint {
	const opened = kernel32.openProcess(ASK, pid)
	if (!opened.ok) return 0n
	const startedAt = kernel32.creationTime(opened.handle)
	kernel32.closeHandle(opened.handle)
	return startedAt ?? 0n
}

const REFUSED =
	'Windows does not let the companion read Elden Ring. If the game was started as administrator, start it without; ' +
	'if it was started with the anti-cheat, start it by the launcher of the pack.'
