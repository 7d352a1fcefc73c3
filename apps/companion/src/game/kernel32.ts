/**
 * The few functions of Windows that the companion asks for. There is none among them that writes to a process, or
 * makes it run anything.
 */
export type Kernel32 = {
	openProcess(access: number, pid: number): Opened
	closeHandle(handle: Handle): void
	/** Fills `bytes`. False unless all of it could be read. */
	readMemory(handle: Handle, address: bigint, bytes: Buffer): boolean
	/** 100 ns since 1601; null where Windows does not tell. */
	creationTime(handle: Handle): bigint | null
	/** Null for a process that runs. */
	exitCode(handle: Handle): number | null
	processes(): readonly { pid: number; name: string }[]
	/** The program itself comes first. A number is the error of Windows. */
	modules(pid: number): readonly Module[] | number
}

/** What Windows gives for a process; only passed on. */
export type Handle = bigint

export type Opened = { ok: true; handle: Handle } | { ok: false; error: number }

export type Module = { base: bigint; sizeBytes: number; path: string }

const STILL_ACTIVE = 259
const PROCESSES = 0x2
/** 64-bit modules, and 32-bit ones of a 64-bit process. */
const MODULES = 0x18
const INVALID_HANDLE = 0xffff_ffff_ffff_ffffn

/** Layouts of PROCESSENTRY32W and MODULEENTRY32W in a 64-bit program. */
const PROCESS_ENTRY = { bytes: 568, pid: 8, name: 44, nameBytes: 520 } as const
const MODULE_ENTRY = { bytes: 1080, base: 24, size: 32, path: 560, pathBytes: 520 } as const

/** Loads koffi, which only Windows needs. */
export async function openKernel32(): Promise<Kernel32> {
	const { default: koffi } = await import('koffi')
	const library = koffi.load('kernel32.dll')
	const declare = <Arguments extends unknown[], Result>(definition: string) =>
		library.func(definition) as unknown as (...args: Arguments) => Result

	const openProcess = declare<[number, boolean, number], Address>(
		'uintptr_t __stdcall OpenProcess(uint32_t access, bool inherit, uint32_t pid)',
	)
	const closeHandle = declare<[Handle], boolean>('bool __stdcall CloseHandle(uintptr_t handle)')
	const readMemory = declare<[Handle, bigint, Buffer, number, Buffer], boolean>(
		'bool __stdcall ReadProcessMemory(uintptr_t process, uintptr_t address, void *to, size_t length, void *count)',
	)
	const times = declare<[Handle, Buffer, Buffer, Buffer, Buffer], boolean>(
		'bool __stdcall GetProcessTimes(uintptr_t process, void *created, void *ended, void *kernel, void *user)',
	)
	const exitCode = declare<[Handle, Buffer], boolean>(
		'bool __stdcall GetExitCodeProcess(uintptr_t process, void *code)',
	)
	const takeSnapshot = declare<[number, number], Address>(
		'uintptr_t __stdcall CreateToolhelp32Snapshot(uint32_t what, uint32_t pid)',
	)
	const firstProcess = declare<[Handle, Buffer], boolean>(
		'bool __stdcall Process32FirstW(uintptr_t snapshot, void *entry)',
	)
	const nextProcess = declare<[Handle, Buffer], boolean>(
		'bool __stdcall Process32NextW(uintptr_t snapshot, void *entry)',
	)
	const firstModule = declare<[Handle, Buffer], boolean>(
		'bool __stdcall Module32FirstW(uintptr_t snapshot, void *entry)',
	)
	const nextModule = declare<[Handle, Buffer], boolean>(
		'bool __stdcall Module32NextW(uintptr_t snapshot, void *entry)',
	)
	const lastError = declare<[], number>('uint32_t __stdcall GetLastError()')

	/** Every entry of a snapshot; a number is the error of Windows. */
	function list<Entry>(
		what: number,
		pid: number,
		{ bytes, first, next, read }: Listing<Entry>,
	): Entry[] | number {
		const snapshot = BigInt(takeSnapshot(what, pid))
		if (snapshot === INVALID_HANDLE) return lastError()
		const entry = Buffer.alloc(bytes)
		entry.writeUInt32LE(bytes)
		const entries: Entry[] = []
		for (let isThere = first(snapshot, entry); isThere; isThere = next(snapshot, entry)) {
			entries.push(read(entry))
		}
		closeHandle(snapshot)
		return entries
	}

	return {
		openProcess(access, pid) {
			const handle = BigInt(openProcess(access, false, pid))
			return handle === 0n ? { ok: false, error: lastError() } : { ok: true, handle }
		},
		closeHandle: (handle) => void closeHandle(handle),
		readMemory: (handle, address, bytes) =>
			readMemory(handle, address, bytes, bytes.length, count) && count.readUInt32LE() === bytes.length,
		creationTime(handle) {
			const created = Buffer.alloc(8)
			return times(handle, created, ignored[0], ignored[1], ignored[2]) ? created.readBigUInt64LE() : null
		},
		exitCode(handle) {
			const code = Buffer.alloc(4)
			if (!exitCode(handle, code)) return -1
			return code.readUInt32LE() === STILL_ACTIVE ? null : code.readUInt32LE()
		},
		processes() {
			const entries = list(PROCESSES, 0, {
				bytes: PROCESS_ENTRY.bytes,
				first: firstProcess,
				next: nextProcess,
				read: (entry) => ({
					pid: entry.readUInt32LE(PROCESS_ENTRY.pid),
					name: readText(entry, PROCESS_ENTRY.name, PROCESS_ENTRY.nameBytes),
				}),
			})
			return typeof entries === 'number' ? [] : entries
		},
		modules: (pid) =>
			list(MODULES, pid, {
				bytes: MODULE_ENTRY.bytes,
				first: firstModule,
				next: nextModule,
				read: (entry) => ({
					base: entry.readBigUInt64LE(MODULE_ENTRY.base),
					sizeBytes: entry.readUInt32LE(MODULE_ENTRY.size),
					path: readText(entry, MODULE_ENTRY.path, MODULE_ENTRY.pathBytes),
				}),
			}),
	}
}

/** koffi gives small ones as numbers. */
type Address = number | bigint

type Listing<Entry> = {
	bytes: number
	first: (snapshot: Handle, entry: Buffer) => boolean
	next: (snapshot: Handle, entry: Buffer) => boolean
	read: (entry: Buffer) => Entry
}

const count = Buffer.alloc(8)
const ignored = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)] as const

function readText(entry: Buffer, at: number, bytes: number): string {
	return entry.toString('utf16le', at, at + bytes).split('\0', 1)[0]!
}
