import { execFileSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ToldGame } from '../told-game.ts'
import * as wine from '../wine.ts'

const COMPILER = 'x86_64-w64-mingw32'
export const needs = ['wine', 'Xvfb', `${COMPILER}-gcc`, `${COMPILER}-windres`]

/** The stand-in for the game under Wine, as it runs. */
export type WineGame = ToldGame & {
	/** What is told of a window with this title: whether it is seen, its styles, its place. */
	window(title: string): Promise<Window>
	pressF9(): Promise<void>
}

type Window = {
	isSeen: boolean
	styles: number
	place: { left: number; top: number; right: number; bottom: number }
}

/** Builds the program and returns its path. */
export function build(folder: string): string {
	const place = join(folder, 'ELDEN RING', 'Game')
	mkdirSync(place, { recursive: true })
	const program = join(place, 'eldenring.exe')
	const resources = join(folder, 'resources.o')
	const source = (name: string) => join(import.meta.dirname, name)
	execFileSync(`${COMPILER}-windres`, [source('eldenring.rc'), '-O', 'coff', '-o', resources])
	execFileSync(`${COMPILER}-gcc`, ['-O1', '-s', '-o', program, source('eldenring.c'), resources])
	return program
}

/** `groups`: the thousands of the flags that there are to be. */
export async function start(program: string, groups: readonly number[]): Promise<WineGame> {
	const child = wine.converse(program, groups.map(String))
	const answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
	await answers.next()
	const tell = async (line: string) => {
		child.stdin!.write(`${line}\n`)
		return ((await answers.next()).value as string | undefined) ?? ''
	}
	return {
		async show(...lines) {
			for (const line of lines) await tell(line)
		},
		async window(title) {
			const [isSeen, styles, ...place] = (await tell(`w ${title}`)).split(' ')
			const [left, top, right, bottom] = place.map(Number) as [number, number, number, number]
			return {
				isSeen: isSeen === '1',
				styles: Number.parseInt(styles!, 16),
				place: { left, top, right, bottom },
			}
		},
		async pressF9() {
			await tell('k')
		},
		kill: () => end(child),
	}
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return
	const gone = once(child, 'exit')
	child.stdin!.on('error', () => {})
	child.stdin!.write('x\n')
	await gone
}
