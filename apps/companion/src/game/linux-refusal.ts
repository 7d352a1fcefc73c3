import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

export type Refusal = { proc: string; pid: number; program: string }

/** Why Linux lets us not read a process, and the one line that helps. */
export function explainRefusal({ proc, pid, program }: Refusal): string {
	const own = readUser(`${proc}/self/status`)
	const other = readUser(`${proc}/${pid}/status`)
	if (own !== 0 && other !== null && own !== null && other !== own) {
		return `Elden Ring runs as another user (number ${other}): start the companion as that user.`
	}
	const scope = Number(readText(`${proc}/sys/kernel/yama/ptrace_scope`) ?? 0)
	switch (scope) {
		case 1:
		case 2:
			return `Linux lets no program read another one here (kernel.yama.ptrace_scope is ${scope}). ${remedy(program)}`
		case 3:
			return (
				'Linux lets no program read another one here (kernel.yama.ptrace_scope is 3), and keeps to that until ' +
				'it is restarted: set it to 1 in /etc/sysctl.d and restart.'
			)
		default:
			return (
				'Linux does not let the companion read Elden Ring: start both as the same user, and outside of ' +
				'containers and sandboxes such as Flatpak or Snap.'
			)
	}
}

/** A right given to a shared Node would be every script's. */
function remedy(program: string): string {
	if (/^node(js)?$/.test(basename(program))) {
		return 'To allow it until the next restart: sudo sysctl kernel.yama.ptrace_scope=0'
	}
	return `To allow it to the companion alone: sudo setcap cap_sys_ptrace=eip ${quote(program)}`
}

function quote(path: string): string {
	return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}

/** The effective one: the one that rights are asked of. */
function readUser(path: string): number | null {
	const user = readText(path)?.match(/^Uid:\s+\d+\s+(\d+)/m)?.[1]
	return user === undefined ? null : Number(user)
}

function readText(path: string): string | null {
	try {
		return readFileSync(path, 'latin1')
	} catch {
		return null
	}
}
