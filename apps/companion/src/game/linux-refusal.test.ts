import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { explainRefusal } from './linux-refusal.ts'

const COMPANION = '/opt/speedfog/speedfog-companion'

describe('why a game may not be read', () => {
	let proc: string
	beforeEach(() => (proc = mkdtempSync(join(tmpdir(), 'speedfog-proc-'))))
	afterEach(() => rmSync(proc, { recursive: true }))

	function write(path: string, text: string) {
		mkdirSync(join(proc, path, '..'), { recursive: true })
		writeFileSync(join(proc, path), text)
	}
	function prepare({ own = 1_000, other = 1_000, scope = null as number | null }) {
		write('self/status', `Name:\tnode\nUid:\t0\t${own}\t${own}\t${own}\n`)
		write('77/status', `Name:\teldenring.exe\nUid:\t${other}\t${other}\t${other}\t${other}\n`)
		if (scope !== null) write('sys/kernel/yama/ptrace_scope', `${scope}\n`)
	}
	const explain = (program = COMPANION) => explainRefusal({ proc, pid: 77, program })

	it('is told as another user’s game', () => {
		prepare({ other: 1_001, scope: 1 })
		expect(explain()).toBe('Elden Ring runs as another user (number 1001): start the companion as that user.')
	})

	it.each([1, 2])('is told as scope %i, with the right for the companion alone', (scope) => {
		prepare({ scope })
		expect(explain()).toBe(
			`Linux lets no program read another one here (kernel.yama.ptrace_scope is ${scope}). ` +
				'To allow it to the companion alone: sudo setcap cap_sys_ptrace=eip /opt/speedfog/speedfog-companion',
		)
	})

	it('quotes a path for the shell', () => {
		prepare({ scope: 1 })
		expect(explain("/home/ada/ada's game/speedfog-companion")).toContain(
			"eip '/home/ada/ada'\\''s game/speedfog-companion'",
		)
	})

	it.each(['/usr/bin/node', '/usr/bin/nodejs'])('gives no right to %s, which runs everything', (program) => {
		prepare({ scope: 1 })
		expect(explain(program)).toMatch(/until the next restart: sudo sysctl kernel\.yama\.ptrace_scope=0$/)
	})

	it('is told as scope 3, which only a restart ends', () => {
		prepare({ scope: 3 })
		expect(explain()).toContain('set it to 1 in /etc/sysctl.d and restart.')
	})

	it.each([0, null])('is told as a sandbox with scope %s', (scope) => {
		prepare({ scope })
		expect(explain()).toContain('outside of containers and sandboxes')
	})

	it('is told even when nothing can be found out', () => {
		expect(explain()).toContain('does not let the companion read')
	})
})
