import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { available, forgetAvailable } from './available.ts'
import { draw } from './draw.ts'
import type { Random } from './draw.ts'

let db: TestDatabase
const ANNA = '0190a1b2-0000-7000-8000-00000000000a'
const BOB = '0190a1b2-0000-7000-8000-00000000000b'

beforeAll(async () => {
	db = await freshDatabase()
	for (const [id, name] of [
		[ANNA, 'Anna'],
		[BOB, 'Bob'],
	])
		await db.pool.query("insert into users (id, provider, name) values ($1, 'local', $2)", [id, name])
})
afterAll(() => db.drop())
beforeEach(async () => {
	await db.pool.query('truncate seeds cascade')
	forgetAvailable(db.kysely)
})

async function addSeeds(
	count: number,
	{ pool = 'p', status = 'available', slug = 'slug' } = {},
): Promise<string[]> {
	const { rows } = await db.pool.query<{ id: string }>(
		`insert into seeds (id, pool, slug, file, file_size, file_mtime_ms, status, version, total_layers, total_nodes,
			graph_json, graph_sha256)
		select gen_random_uuid(), $1, $4 || n, '', 0, 0, $2, '4.4', 1, 1, '{}', '' from generate_series(1, $3) n returning id`,
		[pool, status, count, slug],
	)
	return rows.map(({ id }) => id)
}

let playedAt = 0
async function play(seedId: string, userId = ANNA): Promise<void> {
	await db.pool.query(
		`insert into training_sessions (id, user_id, seed_id, status, created_at)
		values (gen_random_uuid(), $1, $2, 'abandoned', to_timestamp($3))`,
		[userId, seedId, ++playedAt],
	)
}

type Options = { userId?: string; pool?: string; random?: Random; likely?: readonly string[] }

function pick(options: Options = {}): Promise<string | undefined> {
	return db.kysely.transaction().execute((trx) => draw(trx, { userId: ANNA, pool: 'p', ...options }))
}

describe.each(['with', 'without'])('choosing a seed, %s a list of what is likely there', (list) => {
	const likely = () => (list === 'with' ? available(db.kysely, 'p') : [])
	it('finds none in a pool without available ones', async () => {
		for (const status of ['discarded', 'consumed', 'vanished']) await addSeeds(3, { status, slug: status })
		await addSeeds(3, { pool: 'q' })
		expect(await pick({ likely: await likely() })).toBeUndefined()
	})

	it('gives each seed of the pool once before any comes again', async () => {
		const ids = await addSeeds(30)
		const seen: string[] = []
		for (let round = 0; round < ids.length; round++) {
			const id = (await pick({ likely: await likely() }))!
			seen.push(id)
			await play(id)
		}
		expect(seen.toSorted()).toEqual(ids.toSorted())
	})

	it('does not mind what others played, nor what was played in other pools', async () => {
		const [id] = await addSeeds(1)
		const [elsewhere] = await addSeeds(1, { pool: 'q' })
		await play(id!, BOB)
		await play(elsewhere!)
		expect(await pick({ likely: await likely() })).toBe(id)
	})

	it('starts over when all were played, but not with the last one', async () => {
		const ids = await addSeeds(3)
		for (const id of ids) await play(id)
		const picks = await Promise.all(Array.from({ length: 40 }, async () => pick({ likely: await likely() })))
		expect(new Set(picks)).toEqual(new Set([ids[0], ids[1]]))
	})

	it('repeats the only seed there is', async () => {
		const [id] = await addSeeds(1)
		await play(id!)
		expect(await pick({ likely: await likely() })).toBe(id)
	})

	it('avoids the last one of this pool even when another pool was played since', async () => {
		const ids = await addSeeds(2)
		const [elsewhere] = await addSeeds(1, { pool: 'q' })
		await play(ids[0]!)
		await play(ids[1]!)
		await play(elsewhere!)
		for (let round = 0; round < 8; round++) expect(await pick({ likely: await likely() })).toBe(ids[0])
	})

	it('is even among the unplayed, whether they are many or few', async () => {
		const ids = await addSeeds(24)
		const random = steady()
		const cases = [
			{ played: 2, each: 12, within: 11 },
			{ played: 21, each: 40, within: 25 },
		]
		for (const { played, each, within } of cases) {
			for (const id of ids.slice(0, played)) await play(id)
			const counts = new Map<string, number>()
			await db.kysely.transaction().execute(async (trx) => {
				for (let round = 0; round < each * (ids.length - played); round++) {
					const id = (await draw(trx, { userId: ANNA, pool: 'p', random, likely: await likely() }))!
					counts.set(id, (counts.get(id) ?? 0) + 1)
				}
			})
			expect([...counts.keys()].toSorted()).toEqual(ids.slice(played).toSorted())
			for (const count of counts.values()) expect(Math.abs(count - each)).toBeLessThan(within)
		}
	})
})

type Change = 'draw' | 'add' | 'discard' | 'vanish' | 'return'

it('keeps its promise through every history of draws, new seeds, and seeds that go and come back', async () => {
	const changes = fc.array(
		fc.constantFrom<Change>('draw', 'draw', 'draw', 'draw', 'add', 'discard', 'vanish', 'return'),
		{ maxLength: 24 },
	)
	await fc.assert(
		fc.asyncProperty(fc.nat(4), changes, async (seeds, history) => {
			await db.pool.query('truncate seeds cascade')
			await addSeeds(seeds)
			const played: string[] = []
			for (const [step, change] of history.entries()) {
				if (change === 'draw') await drawAndCheck(played)
				else if (change === 'add') await addSeeds(1, { slug: `new${step}-` })
				else await changeOne(change)
				// As a scan does that finds seeds; a list that still has seeds which are gone must not break the promise.
				if (change === 'add' || change === 'return' || step % 3 === 0) forgetAvailable(db.kysely)
			}
		}),
		{ numRuns: 25 },
	)
})

async function drawAndCheck(played: string[]): Promise<void> {
	const likely = await available(db.kysely, 'p')
	const picked = await pick({ likely })
	const there = await idsOf('available')
	if (there.length === 0) return expect(picked).toBeUndefined()
	expect(there).toContain(picked)
	const unplayed = there.filter((id) => !played.includes(id))
	if (unplayed.length > 0) expect(unplayed).toContain(picked)
	else if (there.length > 1) expect(picked).not.toBe(played.at(-1))
	await play(picked!)
	played.push(picked!)
}

async function changeOne(change: Exclude<Change, 'draw' | 'add'>): Promise<void> {
	const becomes = { discard: 'discarded', vanish: 'vanished', return: 'available' }[change]
	const [id] = await idsOf(change === 'return' ? 'vanished' : 'available')
	await db.pool.query('update seeds set status = $2 where id = $1', [id, becomes])
}

async function idsOf(status: string): Promise<string[]> {
	const { rows } = await db.pool.query<{ id: string }>('select id from seeds where status = $1', [status])
	return rows.map(({ id }) => id)
}

describe('a list of seeds that is out of date', () => {
	it('never brings back a seed that was discarded since', async () => {
		const ids = await addSeeds(4)
		await db.pool.query("update seeds set status = 'discarded' where id <> $1", [ids[0]])
		for (let round = 0; round < 8; round++) expect(await pick({ likely: ids })).toBe(ids[0])
	})

	it('does not hide a new seed from a player who has seen all others', async () => {
		const old = await addSeeds(3)
		for (const id of old) await play(id)
		await addSeeds(1, { status: 'consumed', slug: 'used' })
		const [fresh] = await addSeeds(1, { slug: 'fresh' })
		expect(await pick({ likely: old })).toBe(fresh)
	})

	it('is read again after a scan', async () => {
		expect(await available(db.kysely, 'p')).toEqual([])
		const ids = await addSeeds(2)
		expect(await available(db.kysely, 'p')).toEqual([])
		forgetAvailable(db.kysely)
		expect((await available(db.kysely, 'p')).toSorted()).toEqual(ids.toSorted())
	})
})

/** Numbers that look random and are the same in every run, so that the counts above never surprise. */
function steady(): Random {
	let state = 12345
	return (count) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0
		return Math.floor((state / 2 ** 32) * count)
	}
}
