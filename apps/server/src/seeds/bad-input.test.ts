import { diamond } from '@speedfog/core/graph/testing'
import fc from 'fast-check'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLog } from '#log.ts'
import * as packs from '#packs/packs.ts'
import { makeZip, received } from '#packs/testing.ts'
import * as pools from '#pools/pools.ts'
import { readSeedZip } from './seed-zip.ts'

const RUNS = 400
let folder: string

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'speedfog-bad-'))
	await mkdir(join(folder, 'p'))
})
afterAll(() => rm(folder, { recursive: true }))

const content = {
	'top/graph.json': JSON.stringify(diamond().json),
	'top/lib/mod.dll': 'dll',
	'top/lib/speedfog_race.toml': 'old = true',
}

/** A zip with some bytes changed, a part cut out or something put in. */
function damaged(zip: Buffer): fc.Arbitrary<Buffer> {
	const place = fc.oneof(
		fc.nat(zip.length - 1),
		fc.nat(200).map((back) => zip.length - 1 - back),
	)
	const change = fc.record({
		at: place,
		cut: fc.oneof(fc.constant(0), fc.nat(40)),
		put: fc.uint8Array({ maxLength: 8 }),
	})
	return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) =>
		changes.reduce((bytes, { at, cut, put }) => {
			const overwrite = cut === 0 ? put.length : cut
			return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + overwrite)])
		}, zip),
	)
}

it.each([false, true])(
	'a damaged zip is refused with a reason or read, never anything else (ZIP64: %s)',
	async (zip64) => {
		const file = join(folder, 'seed.zip')
		const zip = await makeZip(content, { zip64, comment: 'made by hand' })
		await fc.assert(
			fc.asyncProperty(damaged(zip), async (bytes) => {
				await writeFile(file, bytes)
				const seed = await readSeedZip(file).catch((error: unknown) => error)
				if (seed instanceof Error) expect(seed).toBeInstanceOf(packs.BadZip)
				const opened = await packs.open(file, { toml: 'x = 1', createdAt: new Date(0) })
				if (opened.state === 'ready') {
					const { pack } = opened
					const bytes = await received(pack)
					expect(bytes.length).toBe(pack.sizeBytes)
				} else {
					expect(opened.state).toBe('damaged')
				}
			}),
			{ numRuns: RUNS },
		)
	},
)

it('any text as config.toml leaves a pool, with settings or as race', async () => {
	const key = fc.constantFrom(
		'display',
		'type',
		'structure',
		'__proto__',
		'constructor',
		'sort_order',
		'"a b"',
		'',
	)
	const value = fc.oneof(
		fc.json(),
		fc.constantFrom('"training"', '1e400', '-0', 'nan', '0x_1', '1979-05-27', '[', '{}', '"""'),
	)
	const line = fc.oneof(
		fc.tuple(key, value).map(([key, value]) => `${key} = ${value}`),
		key.map((key) => `[${key}]`),
		fc.string({ unit: 'binary' }),
	)
	await fc.assert(
		fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
			await writeFile(join(folder, 'p/config.toml'), lines.join('\n'))
			const all = pools.open(folder, silentLog)
			await all.refresh()
			const pool = all.find('p')!
			expect(pool.type).toBe(pool.config?.type ?? 'race')
		}),
		{ numRuns: RUNS },
	)
})
