import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Windows, as far as Wine is it: kept between tests, since making it takes longer than they do. */
const PREFIX = join(import.meta.dirname, '../.cache/wine')
const environment: NodeJS.ProcessEnv = {
	...process.env,
	WINEPREFIX: PREFIX,
	WINEDEBUG: '-all',
	// It would offer to download them.
	WINEDLLOVERRIDES: 'mscoree,mshtml=',
}

export function has(...commands: string[]): boolean {
	const folders = (process.env['PATH'] ?? '').split(delimiter)
	return commands.every((command) => folders.some((folder) => existsSync(join(folder, command))))
}

let screen: ChildProcess | undefined

/** With a screen that nobody sees, where there is one. Node for Windows does not start on the Windows 7 that Wine is at first. */
export async function openWine(): Promise<void> {
	if (has('Xvfb')) {
		screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x720x24'], {
			stdio: ['ignore', 'pipe', 'ignore'],
		})
		const [number] = (await once(screen.stdout!, 'data')) as [Buffer]
		environment['DISPLAY'] = `:${String(number).trim()}`
	}
	if (existsSync(join(PREFIX, 'system.reg'))) return
	mkdirSync(PREFIX, { recursive: true })
	spawnSync('wineboot', ['--init'], { env: environment, stdio: 'ignore' })
	spawnSync('winecfg', ['-v', 'win10'], { env: environment, stdio: 'ignore' })
}

/** Ends what still runs there. */
export function closeWine(): void {
	spawnSync('wineboot', ['--kill'], { env: environment, stdio: 'ignore' })
	screen?.kill()
}

/** Node cannot write to a pipe under Wine: what it says goes to a file. */
export function start(program: string, args: string[], output: string): ChildProcess {
	const file = openSync(output, 'w')
	const child = spawn('wine', [program, ...args], { env: environment, stdio: ['ignore', file, file] })
	closeSync(file)
	return child
}

/** A program that is told what to do by lines, and answers. */
export function converse(program: string, args: string[]): ChildProcess {
	return spawn('wine', [program, ...args], { env: environment, stdio: ['pipe', 'pipe', 'ignore'] })
}

export async function run(program: string, args: string[], output: string): Promise<number | null> {
	const [code] = (await once(start(program, args, output), 'exit')) as [number | null]
	return code
}
