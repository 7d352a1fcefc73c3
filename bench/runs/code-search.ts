import { openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { scan } from '../../apps/companion/src/game/scan.ts'
import { SIGNATURES, STATIC_NAMES } from '../../apps/companion/src/game/signatures.ts'
import type { Stage } from '../stage.ts'

const CODE_BYTES = 96 * 1024 * 1024

/** Looks for the first signature of each static in machine code, which is this very Node's, as the companion does. */
export async function searchCode({ folder }: Stage): Promise<{ wholeMs: number; longestStepMs: number }> {
	const file = join(folder, 'code')
	const some = readFileSync(process.execPath)
	writeFileSync(file, Buffer.alloc(CODE_BYTES, some))
	const code = openSync(file, 'r')
	const memory = {
		read(at: bigint, length: number, into = Buffer.allocUnsafe(length)) {
			return readSync(code, into, 0, length, at) === length ? into : null
		},
	}
	const section = { name: '.text', rva: 0, sizeBytes: CODE_BYTES, isCode: true, isWritable: false }
	const image = {
		sizeBytes: CODE_BYTES,
		resourcesRva: null,
		sections: [{ ...section, file: { offset: 0, sizeBytes: CODE_BYTES } }],
	}
	let longestStepMs = 0
	const startedMs = performance.now()
	let stepMs = startedMs
	async function pause() {
		longestStepMs = Math.max(longestStepMs, performance.now() - stepMs)
		await setImmediate()
		stepMs = performance.now()
	}
	await scan(
		{ memory, base: 0n, image, pause },
		STATIC_NAMES.map((name) => SIGNATURES[name][0]!),
	)
	return { wholeMs: performance.now() - startedMs, longestStepMs }
}
