import type { GameProcess } from './memory.ts'
import { layoutOf, type Layout } from './offsets.ts'
import * as pe from './pe.ts'
import { locate, type Located } from './scan.ts'
import { REQUIRED, STATIC_NAMES } from './signatures.ts'
import { check, type Statics } from './validate.ts'
import { format, type Version } from './version.ts'

export type Preparation = { advance(): Promise<Prepared> }

type Prepared =
	| { state: 'ready'; statics: Statics; layout: Layout; warning: string | null }
	/** `problem` says what is in the way if it stays so. */
	| { state: 'not_yet'; waitingFor: string; problem: string | null }

/** What is to be known of a process before its game can be read. What was found once is not sought again. */
export function prepare(process: GameProcess, pause: () => Promise<void>): Preparation {
	let statics: Statics | null = null
	return {
		async advance() {
			const image = pe.readImage(pe.inMemory(process, process.base))
			if (!image) return { state: 'not_yet', waitingFor: STARTING, problem: null }
			if (!statics) {
				const located = await locate({ memory: process, base: process.base, image, pause })
				const unknown = REQUIRED.filter((name) => located[name].rva === null)
				if (unknown.length > 0) {
					return {
						state: 'not_yet',
						waitingFor: STARTING,
						problem: explain(versionOf(process, image), `no ${unknown.join(', no ')}`),
					}
				}
				statics = addressesOf(located, process.base)
			}
			const found = check(process, process.base, image, statics)
			switch (found.state) {
				case 'ready':
					// Only now: a program that is still being loaded may not show its version yet.
					return { state: 'ready', statics, ...layoutOf(versionOf(process, image)) }
				case 'missing':
					return { state: 'not_yet', waitingFor: 'Elden Ring to reach its menu', problem: null }
				case 'wrong':
					return {
						state: 'not_yet',
						waitingFor: STARTING,
						problem: explain(versionOf(process, image), found.problems.join(', ')),
					}
			}
		},
	}
}

export const STARTING = 'Elden Ring to start up'

/** Its own memory is asked first: the path of its file may be another one outside of its container. */
export function versionOf(process: GameProcess, image: pe.Image): Version | null {
	const version = pe.readVersion(image, pe.inMemory(process, process.base))
	return version ?? (process.exePath === null ? null : pe.readFileVersion(process.exePath))
}

export function addressesOf(located: Located, base: bigint): Statics {
	const addresses = STATIC_NAMES.map((name) => {
		const { rva } = located[name]
		return [name, rva === null ? null : base + BigInt(rva)]
	})
	return Object.fromEntries(addresses) as Statics
}

function explain(version: Version | null, what: string): string {
	const game = version ? `Elden Ring ${format(version)}` : 'This Elden Ring'
	return `${game} is not understood (${what}): run the companion with --diagnose and report what it prints.`
}
