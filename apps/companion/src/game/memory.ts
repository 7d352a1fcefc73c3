/** The game's memory as seen from outside. It can be read, and nothing else can be done to it. */
export type Memory = {
	/**
	 * All of it, or null where something is not mapped, or the game is gone. `into` is room of that length to use again:
	 * what is read ten times a second should leave nothing to be collected.
	 */
	read(address: bigint, length: number, into?: Buffer): Buffer | null
}

export type GameProcess = Memory & {
	pid: number
	/** In the system's own count, to tell an earlier start from a later one: a pid may come back. */
	startedAt: bigint
	/** Where the image begins; elsewhere at each start. */
	base: bigint
	imageBytes: number
	/** Null where the system does not tell. */
	exePath: string | null
	isRunning(): boolean
	close(): void
}

export type Candidate = { pid: number; startedAt: bigint }

/** The operating system, as far as finding the game goes. */
export type System = {
	/** What bears the game's name, newest first; `antiCheat` names a part of it that runs. */
	look(): { candidates: readonly Candidate[]; antiCheat: string | null }
	attach(candidate: Candidate): Attachment
}

export type Attachment =
	| { state: 'attached'; process: GameProcess }
	/** Something else with the game's name, or the game before its image is loaded. */
	| { state: 'no_game' }
	/** `why` tells a player what is in the way and what to do about it. */
	| { state: 'refused'; why: string }

export function readU32(memory: Memory, address: bigint): number | null {
	return memory.read(address, 4)?.readUInt32LE() ?? null
}

/** A pointer as it stands there, null ones and garbage included. */
export function readPointer(memory: Memory, address: bigint): bigint | null {
	return memory.read(address, 8)?.readBigUInt64LE() ?? null
}

const LOWEST = 0x1_0000n
/** Programs under Windows own the lower half of the 48-bit address space. */
const HIGHEST = 0x7fff_ffff_ffffn

/** Whether it can be the address of an object: these are allocated in steps of 8 at least. */
export function isObjectAddress(address: bigint): boolean {
	return address > LOWEST && address < HIGHEST && address % 8n === 0n
}
