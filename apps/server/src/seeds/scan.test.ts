import { buildGraph, diamond } from '@speedfog/core/graph/testing'
import { existsSync } from 'node:fs'
import { cp, readFile, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testApp, TRAINING_POOL } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'
import * as pools from '#pools/pools.ts'
import * as seeds from './seeds.ts'
import { realSeeds } from './testing.ts'

let server: TestApp
const other = buildGraph({ layers: [['a'], ['b', 'c'], ['d'], ['e']] })

beforeEach(async () => {
	server = await testApp()
	await server.put('p/config.toml', TRAINING_POOL)
})
afterEach(() => server.close())

async function rows() {
	return server.db.kysely.selectFrom('seeds').selectAll().orderBy('pool').orderBy('slug').execute()
}

async function statuses() {
	return (await rows()).map(({ slug, status }) => [slug, status])
}

async function makeRun(seedId: string): Promise<void> {
	await server.signIn('Anna')
	await server.db.pool.query(
		'insert into training_sessions (id, user_id, seed_id) select gen_random_uuid(), id, $1 from users limit 1',
		[seedId],
	)
}

describe('a scan', () => {
	it('adds what is new and keeps what a list and a draw need', async () => {
		await server.putSeed('p', '0123456789ab')
		expect(await server.scan()).toEqual({ p: { added: 1, skipped: 0, rejected: [] } })
		const [row] = await rows()
		const { json, graph } = diamond()
		expect(row).toMatchObject({
			pool: 'p',
			slug: '0123456789ab',
			file: 'seed_0123456789ab.zip',
			status: 'available',
			version: '4.4',
			total_layers: graph.totalLayers,
			total_nodes: graph.totalNodes,
			total_paths: graph.totalPaths,
			graph_json: JSON.stringify(json),
			warnings: [],
		})
	})

	it('adds nothing the second time and does not even read what it knows', async () => {
		await server.putSeed('p', 'a')
		await server.scan()
		const before = await rows()
		// Same size and time, other content: only who reads it notices.
		const file = join(server.root, 'p/seed_a.zip')
		const content = await readFile(file)
		await server.put('p/seed_a.zip', Buffer.alloc(content.length))
		// The middle of the millisecond: seconds in floating point may fall just short of its beginning.
		const mtime = (before[0]!.file_mtime_ms + 0.5) / 1000
		await utimes(file, mtime, mtime)
		expect(await server.scan()).toEqual({ p: { added: 0, skipped: 1, rejected: [] } })
		expect(await rows()).toEqual(before)
	})

	it('takes a touched file for the seed it was', async () => {
		await server.putSeed('p', 'a')
		await server.scan()
		const [before] = await rows()
		await utimes(join(server.root, 'p/seed_a.zip'), 1000, 1000)
		expect(await server.scan()).toEqual({ p: { added: 0, skipped: 1, rejected: [] } })
		const [after] = await rows()
		expect(after).toEqual({ ...before, file_mtime_ms: 1_000_000 })
	})

	it('keeps a seed whose file vanished, does not draw it, and takes it back under its id', async () => {
		await server.putSeed('p', 'a')
		await server.putSeed('q', 'a')
		await server.put('q/config.toml', '')
		await server.scan()
		const ids = (await rows()).map(({ id }) => id)
		await cp(server.root, `${server.root}.copy`, { recursive: true, preserveTimestamps: true })
		await rm(join(server.root, 'p/seed_a.zip'))
		await rm(join(server.root, 'q'), { recursive: true })
		await server.scan()
		expect(await statuses()).toEqual([
			['a', 'vanished'],
			['a', 'vanished'],
		])
		await cp(`${server.root}.copy`, server.root, { recursive: true, preserveTimestamps: true })
		await rm(`${server.root}.copy`, { recursive: true })
		expect(await server.scan()).toEqual({
			p: { added: 0, skipped: 1, rejected: [] },
			q: { added: 0, skipped: 1, rejected: [] },
		})
		expect(await statuses()).toEqual([
			['a', 'available'],
			['a', 'available'],
		])
		expect((await rows()).map(({ id }) => id)).toEqual(ids)
	})

	it('leaves a discarded seed discarded, whether its file goes or comes', async () => {
		await server.putSeed('p', 'a')
		await server.scan()
		await server.db.pool.query("update seeds set status = 'discarded'")
		await server.scan()
		await rm(join(server.root, 'p/seed_a.zip'))
		await server.scan()
		await server.putSeed('p', 'a')
		await server.scan()
		expect(await statuses()).toEqual([['a', 'discarded']])
	})

	it('tells what is wrong with each bad file, each time, and reads the others', async () => {
		await server.putSeed('p', 'good')
		await server.put('p/seed_bad.zip', 'no zip')
		await server.put('p/seed_a b.zip', '')
		await server.put('p/notes.txt', '')
		await server.put('p/seed_folder.zip/x', '')
		const rejected = [
			{ file: 'seed_a b.zip', reason: 'its name is not seed_<slug>.zip' },
			{ file: 'seed_bad.zip', reason: 'it is no zip file, or cut short' },
			{ file: 'seed_folder.zip', reason: 'it is no file' },
		]
		expect(await server.scan()).toEqual({ p: { added: 1, skipped: 0, rejected } })
		expect(await server.scan()).toEqual({ p: { added: 0, skipped: 1, rejected } })
		expect(server.lines).toContainEqual(expect.objectContaining({ msg: 'seed rejected', ...rejected[1] }))
		await server.putSeed('p', 'bad')
		expect(await server.scan()).toMatchObject({ p: { added: 1, skipped: 1 } })
	})

	it('scans a pool whose config.toml is broken, which then counts as race', async () => {
		await server.put('p/config.toml', '[display')
		await server.putSeed('p', 'a')
		expect(await server.scan()).toMatchObject({ p: { added: 1 } })
		expect(server.deps.pools.find('p')).toEqual({ name: 'p', type: 'race', config: null })
	})

	it('does not draw a known seed whose file went bad, until it is mended', async () => {
		await server.putSeed('p', 'a')
		await server.scan()
		await server.put('p/seed_a.zip', 'broken copy')
		expect(await server.scan()).toMatchObject({ p: { rejected: [{ file: 'seed_a.zip' }] } })
		expect(await statuses()).toEqual([['a', 'vanished']])
		await server.putSeed('p', 'a')
		expect(await server.scan()).toMatchObject({ p: { skipped: 1, rejected: [] } })
		expect(await statuses()).toEqual([['a', 'available']])
	})

	it('takes a changed graph only where no run was made on the old one', async () => {
		await server.putSeed('p', 'a')
		await server.putSeed('p', 'b')
		await server.scan()
		const before = await rows()
		await makeRun(before[1]!.id)
		await server.putSeed('p', 'a', other)
		await server.putSeed('p', 'b', other)
		const rejected = [{ file: 'seed_b.zip', reason: expect.stringContaining('another slug') as string }]
		expect(await server.scan()).toEqual({ p: { added: 1, skipped: 0, rejected } })
		expect(await server.scan()).toEqual({ p: { added: 0, skipped: 1, rejected } })
		const after = await rows()
		expect(after[0]).toMatchObject({
			id: before[0]!.id,
			graph_json: JSON.stringify(other.json),
			status: 'available',
		})
		expect(after[1]).toEqual({ ...before[1], status: 'vanished' })
	})

	it('by two servers at once adds each seed once, and both finish', async () => {
		for (let seed = 0; seed < 40; seed++) await server.putSeed('p', `s${seed}`)
		const { db, log } = server.deps
		const scans = [1, 2, 3].map(() => seeds.scan({ db: db.kysely, pools: pools.open(server.root, log), log }))
		const reports = await Promise.all(scans)
		const sum = (of: (report: seeds.PoolReport) => number) =>
			reports.reduce((total, { p }) => total + of(p!), 0)
		expect(sum(({ added }) => added)).toBe(40)
		expect(sum(({ skipped }) => skipped)).toBe(80)
		expect((await rows()).length).toBe(40)
	})

	it('reports a pool that cannot be looked into, leaves its seeds as they are, and goes on', async () => {
		await server.putSeed('p', 'a')
		await server.put('q/config.toml', TRAINING_POOL)
		await server.putSeed('q', 'b')
		await server.scan()
		const { db, log, pools: known } = server.deps
		await rm(join(server.root, 'p'), { recursive: true })
		await server.putSeed('q', 'c')
		// The folder goes away between the look at the pools and the look into them.
		const needs = { db: db.kysely, log, pools: { ...known, refresh: async () => {} } }
		expect(await seeds.scan(needs)).toEqual({
			p: { added: 0, skipped: 0, rejected: [{ file: '.', reason: 'it cannot be read (ENOENT)' }] },
			q: { added: 1, skipped: 1, rejected: [] },
		})
		expect(await statuses()).toEqual([
			['a', 'available'],
			['b', 'available'],
			['c', 'available'],
		])
	})

	it('fails as a whole when the folder of the pools is away, and nothing vanishes', async () => {
		await server.putSeed('p', 'a')
		await server.scan()
		await rm(server.root, { recursive: true })
		await expect(server.scan()).rejects.toThrow('ENOENT')
		expect(await statuses()).toEqual([['a', 'available']])
	})

	it.runIf(existsSync(realSeeds))('reads all seeds of the generator', async () => {
		const { db, log } = server.deps
		const real = pools.open(realSeeds, log)
		const reports = await seeds.scan({ db: db.kysely, pools: real, log })
		const stored = await rows()
		expect(Object.values(reports).flatMap(({ rejected }) => rejected)).toEqual([])
		expect(stored.length).toBe(Object.values(reports).reduce((sum, { added }) => sum + added, 0))
		expect(real.all().every(({ type, config }) => type === 'training' && config !== null)).toBe(true)
		const again = await seeds.scan({ db: db.kysely, pools: real, log })
		expect(Object.values(again).every(({ added }) => added === 0)).toBe(true)
	})
})

describe("a seed's graph", () => {
	it('is one object for all who ask', async () => {
		await server.putSeed('p', 'a')
		await server.scan()
		const { id } = (await rows())[0]!
		const [one, two] = await Promise.all([1, 2].map(() => seeds.graphOf(server.db.kysely, id)))
		expect(one).toBe(two)
		expect(one?.json.toString()).toBe(JSON.stringify(diamond().json))
		expect(one?.graph).toEqual(diamond().graph)
	})

	it('stays one object for whoever holds it while many others come and go', async () => {
		for (let seed = 0; seed < 120; seed++) await server.putSeed('p', `s${seed}`)
		await server.scan()
		const ids = (await rows()).map(({ id }) => id)
		const first = await seeds.graphOf(server.db.kysely, ids[0]!)
		for (const id of ids) await seeds.graphOf(server.db.kysely, id)
		expect((await seeds.graphOf(server.db.kysely, ids[0]!)).graph).toBe(first.graph)
	})

	it('is the new one where a scan found another, though the old one was in use before', async () => {
		await server.putSeed('p', 'a')
		await server.scan()
		const { id } = (await rows())[0]!
		const old = await seeds.graphOf(server.db.kysely, id)
		await server.putSeed('p', 'a', other)
		await server.scan()
		expect(old.graph.nodes.has('e')).toBe(false)
		expect((await seeds.graphOf(server.db.kysely, id)).graph.nodes.has('e')).toBe(true)
	})

	it('is asked for again after the database was away', async () => {
		await expect(seeds.graphOf(server.db.kysely, '0190a1b2-0000-7000-8000-000000000001')).rejects.toThrow()
		await server.putSeed('p', 'a')
		await server.scan()
		const { id } = (await rows())[0]!
		await server.db.pool.query("update seeds set id = '0190a1b2-0000-7000-8000-000000000001' where id = $1", [
			id,
		])
		expect(await seeds.graphOf(server.db.kysely, '0190a1b2-0000-7000-8000-000000000001')).toBeDefined()
	})
})

it('never leads out of the folder of the pools', () => {
	const fileOf = (pool: string, file: string) => seeds.fileOf('/pools', { pool, file })
	expect(fileOf('p', 'seed_a.zip')).toBe('/pools/p/seed_a.zip')
	for (const [pool, file] of [
		['p', '../q/seed_a.zip'],
		['p', '/etc/passwd'],
		['p', '..'],
		['p', ''],
		['..', 'seed_a.zip'],
		['../pools2', 'seed_a.zip'],
		['', 'seed_a.zip'],
		['/etc', 'passwd'],
	])
		expect(fileOf(pool!, file!)).toBeUndefined()
})
