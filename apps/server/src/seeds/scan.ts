import type { Kysely } from 'kysely'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { uuidv7 } from 'uuidv7'
import type { Tables } from '#database/schema.ts'
import type { Log } from '#log.ts'
import type { Pools } from '#pools/pools.ts'
import { forgetAvailable } from './available.ts'
import { MISNAMED, reasonOf, slugOf, statFile } from './check.ts'
import { forget } from './graphs.ts'
import { readSeedZip } from './seed-zip.ts'
import type { SeedFile } from './seed-zip.ts'

export type PoolReport = { added: number; skipped: number; rejected: { file: string; reason: string }[] }

/** Grows while a scan goes on: files looked at, files there are, and what was found so far. */
type Progress = { done: number; total: number; pools: Record<string, PoolReport> }

/** Seeds read at once, then stored in one statement while the next are read. */
const BATCH = 8
/** So many files make a line in the log. */
const TOLD_EVERY = 512

export type Needs = { db: Kysely<Tables>; pools: Pools; log: Log }
type Known = Pick<Row, 'id' | 'slug' | 'file_size' | 'file_mtime_ms' | 'status' | 'graph_sha256'>
type Row = Awaited<ReturnType<typeof knownSeeds>>[number]
type Found = { slug: string; file: string; sizeBytes: number; mtimeMs: number }

/**
 * Brings the seeds table up to what lies on disk. A file that is known and unchanged is not read again;
 * several servers may scan at the same time.
 */
export async function scan(
	needs: Needs,
	progress: Progress = { done: 0, total: 0, pools: {} },
): Promise<Record<string, PoolReport>> {
	const { db, pools, log } = needs
	await pools.refresh()
	const found: { name: string; files: string[] }[] = []
	for (const { name } of pools.all()) {
		const report: PoolReport = (progress.pools[name] = { added: 0, skipped: 0, rejected: [] })
		try {
			const files = await zipsOf(join(pools.root, name))
			found.push({ name, files })
			progress.total += files.length
		} catch (error) {
			report.rejected.push({ file: '.', reason: reasonOf(error) })
		}
	}
	for (const { name, files } of found) await scanPool(needs, { pool: name, files, progress })
	for (const [name, { added, skipped, rejected }] of Object.entries(progress.pools)) {
		log.info({ pool: name, added, skipped, rejected: rejected.length }, 'pool scanned')
		for (const { file, reason } of rejected) log.warn({ pool: name, file, reason }, 'seed rejected')
	}
	await removeFromDraw(db, { poolsBut: Object.keys(progress.pools) })
	forgetAvailable(db)
	return progress.pools
}

async function zipsOf(folder: string): Promise<string[]> {
	return (await readdir(folder)).filter((file) => file.endsWith('.zip')).sort()
}

type PoolFiles = { pool: string; files: string[]; progress: Progress }

async function scanPool({ db, pools, log }: Needs, { pool, files, progress }: PoolFiles): Promise<void> {
	const report = progress.pools[pool]!
	const folder = join(pools.root, pool)
	const known = new Map((await knownSeeds(db, pool)).map((row) => [row.slug, row]))
	const present = new Set<string>()
	let stored: Promise<void> = Promise.resolve()
	for (let at = 0; at < files.length; at += BATCH) {
		const batch = files.slice(at, at + BATCH).map((file) => inspect(folder, file, known))
		const seen = await Promise.all(batch)
		await stored
		stored = store(db, { pool, seen, report }).then(() => {
			progress.done += seen.length
			const { done, total } = progress
			if ((at + BATCH) % TOLD_EVERY === 0) log.info({ pool, done, total }, 'scanning')
		})
		// Told when it is waited for.
		stored.catch(() => {})
		for (const one of seen) if ('slug' in one) present.add(one.slug)
	}
	await stored
	const gone = [...known.values()].filter(({ slug, status }) => status === 'available' && !present.has(slug))
	await removeFromDraw(db, { ids: gone.map(({ id }) => id) })
}

/** What a look at one file told. */
type Seen =
	| { state: 'same'; slug: string; known: Known }
	| { state: 'new'; slug: string; found: Found; content: SeedFile }
	| { state: 'touched' | 'changed'; slug: string; found: Found; content: SeedFile; known: Known }
	| { state: 'bad'; slug: string; file: string; reason: string; known: Known | undefined }
	| { state: 'misnamed'; file: string }

async function inspect(folder: string, file: string, seeds: Map<string, Known>): Promise<Seen> {
	const slug = slugOf(file)
	if (slug === undefined) return { state: 'misnamed', file }
	const known = seeds.get(slug)
	try {
		const { size: sizeBytes, mtimeMs } = await statFile(join(folder, file))
		const found = { slug, file, sizeBytes, mtimeMs: Math.trunc(mtimeMs) }
		if (known?.file_size === sizeBytes && known.file_mtime_ms === found.mtimeMs)
			return { state: 'same', slug, known }
		const content = await readSeedZip(join(folder, file))
		if (!known) return { state: 'new', slug, found, content }
		const state = content.sha256.equals(known.graph_sha256) ? 'touched' : 'changed'
		return { state, slug, found, content, known }
	} catch (error) {
		return { state: 'bad', slug, file, reason: reasonOf(error), known }
	}
}

type Batch = { pool: string; seen: Seen[]; report: PoolReport }

async function store(db: Kysely<Tables>, { pool, seen, report }: Batch): Promise<void> {
	const fresh = seen.filter((one) => one.state === 'new')
	const added = await insert(db, pool, fresh)
	report.added += added
	// Another server that scans at the same time was faster with the rest.
	report.skipped += fresh.length - added
	for (const one of seen) {
		if (one.state === 'misnamed') report.rejected.push({ file: one.file, reason: MISNAMED })
		if (one.state === 'bad') {
			report.rejected.push({ file: one.file, reason: one.reason })
			if (one.known?.status === 'available') await removeFromDraw(db, { ids: [one.known.id] })
		}
		if (one.state === 'same') {
			report.skipped++
			if (one.known.status === 'vanished') await update(db, one.known, {})
		}
		if (one.state === 'touched') {
			report.skipped++
			await update(db, one.known, fileColumns(one.found))
		}
		if (one.state === 'changed') {
			const replaced = await replace(db, one.known, { ...fileColumns(one.found), ...columnsOf(one.content) })
			if (replaced) forget(one.known.id)
			if (replaced) report.added++
			else report.rejected.push({ file: one.found.file, reason: CHANGED_UNDER_RUNS })
		}
	}
}

const CHANGED_UNDER_RUNS = 'its graph changed although runs were made on it: give the new one another slug'

async function knownSeeds(db: Kysely<Tables>, pool: string) {
	return db
		.selectFrom('seeds')
		.select(['id', 'slug', 'file_size', 'file_mtime_ms', 'status', 'graph_sha256'])
		.where('pool', '=', pool)
		.execute()
}

async function insert(
	db: Kysely<Tables>,
	pool: string,
	fresh: Extract<Seen, { state: 'new' }>[],
): Promise<number> {
	if (fresh.length === 0) return 0
	const rows = fresh.map(({ slug, found, content }) => ({
		id: uuidv7(),
		pool,
		slug,
		status: 'available' as const,
		...fileColumns(found),
		...columnsOf(content),
	}))
	const inserted = await db
		.insertInto('seeds')
		.values(rows)
		.onConflict((conflict) => conflict.columns(['pool', 'slug']).doNothing())
		.returning('id')
		.execute()
	return inserted.length
}

type Columns = Partial<ReturnType<typeof fileColumns> & ReturnType<typeof columnsOf>>

/** The row keeps its id; a seed that was only missing can be drawn again. */
async function update(db: Kysely<Tables>, { id, status }: Known, columns: Columns): Promise<void> {
	await db
		.updateTable('seeds')
		.set({ ...columns, status: status === 'vanished' ? 'available' : status })
		.where('id', '=', id)
		.execute()
}

/** A seed with runs keeps the graph they were made on: the new file is not drawn. */
async function replace(db: Kysely<Tables>, known: Known, columns: Columns): Promise<boolean> {
	return db.transaction().execute(async (transaction) => {
		// Whoever draws this seed at this moment waits, so that no run is made between the look and the change.
		await transaction.selectFrom('seeds').select('id').where('id', '=', known.id).forUpdate().execute()
		const run = await transaction
			.selectFrom('training_sessions')
			.select('id')
			.where('seed_id', '=', known.id)
			.limit(1)
			.executeTakeFirst()
		if (!run) await update(transaction, known, columns)
		else if (known.status === 'available') await removeFromDraw(transaction, { ids: [known.id] })
		return !run
	})
}

async function removeFromDraw(
	db: Kysely<Tables>,
	which: { ids: string[] } | { poolsBut: string[] },
): Promise<void> {
	const query = db.updateTable('seeds').set({ status: 'vanished' }).where('status', '=', 'available')
	if ('ids' in which) {
		if (which.ids.length > 0) await query.where('id', 'in', which.ids).execute()
		return
	}
	await (which.poolsBut.length > 0 ? query.where('pool', 'not in', which.poolsBut) : query).execute()
}

function fileColumns({ file, sizeBytes, mtimeMs }: Found) {
	return { file, file_size: sizeBytes, file_mtime_ms: mtimeMs }
}

function columnsOf({ graph, json, sha256, warnings }: SeedFile) {
	return {
		version: graph.version,
		total_layers: graph.totalLayers,
		total_nodes: graph.totalNodes,
		total_paths: graph.totalPaths,
		graph_json: json,
		graph_sha256: sha256,
		warnings: JSON.stringify(warnings),
	}
}
