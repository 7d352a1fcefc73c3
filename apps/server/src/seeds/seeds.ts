import { isAbsolute, relative, resolve } from 'node:path'

export { available } from './available.ts'
export { check } from './check.ts'
export { draw } from './draw.ts'
export type { Random } from './draw.ts'
export { graphOf } from './graphs.ts'
export type { Seed } from './graphs.ts'
export { scan } from './scan.ts'
export { openScans } from './scans.ts'
export type { Scans } from './scans.ts'
export type { PoolReport } from './scan.ts'

/** Where a seed's zip lies; undefined for a row whose names lead out of the pools' folder. */
export function fileOf(root: string, seed: { pool: string; file: string }): string | undefined {
	const file = resolve(root, seed.pool, seed.file)
	const inside = relative(resolve(root, seed.pool), file)
	const poolInside = relative(resolve(root), resolve(root, seed.pool))
	const escapes = [inside, poolInside].some(
		(path) => path === '' || path.startsWith('..') || isAbsolute(path),
	)
	return escapes ? undefined : file
}
