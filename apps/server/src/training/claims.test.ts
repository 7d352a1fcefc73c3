import type pg from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { systemClock } from '#live/clock.ts'
import { fakeClock } from '#live/testing/fake-clock.ts'
import { silentLog } from '#log.ts'
import { Claims } from './claims.ts'
import { makeRows } from './testing/rows.ts'

let database: TestDatabase

beforeAll(async () => {
	database = await freshDatabase()
})
afterAll(() => database.drop())

it('[P4] claims that come together are had also when another server, thought dead, writes the same sessions', async () => {
	const { session } = await makeRows(database, diamond())
	const clock = systemClock
	const { pool } = database
	const claims = new Claims({ pool, log: silentLog, clock, isAlone: false, onLost() {}, onRenewed() {} })
	onTestFinished(() => claims.close())
	const ids = [await session(), await session()]
	const other = await pool.connect()
	await other.query('begin')
	// The one that a claim of both comes to last.
	await other.query('update training_sessions set igt_ms = 1 where id = $1', [ids[1]])
	const fences = Promise.allSettled(ids.map((id) => claims.claim(id)))
	await expect
		.poll(async () => (await pool.query(`select 1 from pg_locks where not granted`)).rowCount)
		.toBe(1)
	await other.query('update training_sessions set igt_ms = 1 where id = $1', [ids[0]])
	await other.query('commit')
	other.release()
	expect(await fences).toEqual([
		{ status: 'fulfilled', value: 1 },
		{ status: 'fulfilled', value: 1 },
	])
})

it('[P4] leaves nothing with a server that is done with it, also when an answer of the database is lost', async () => {
	const { session } = await makeRows(database, diamond())
	const clock = fakeClock()
	const lost = new Set<string>()
	const pool = forgetful(database.pool, lost)
	const claims = new Claims({ pool, log: silentLog, clock, isAlone: false, onLost() {}, onRenewed() {} })
	onTestFinished(() => claims.close())
	const [released, claimed] = [await session(), await session()]
	const holderOf = async (id: string) => (await claims.standings([id])).get(id)!.holder
	const fence = await claims.claim(released)

	lost.add('claims_release')
	await expect(claims.release(released, fence!)).rejects.toThrow('lost')
	lost.delete('claims_release')
	lost.add('claims_claim')
	await expect(claims.claim(claimed)).rejects.toThrow('lost')
	lost.delete('claims_claim')
	expect([await holderOf(released), await holderOf(claimed)]).toEqual([claims.replica, claims.replica])

	clock.advance(5_000)
	await expect.poll(() => holderOf(released)).toBe(null)
	await expect.poll(() => holderOf(claimed)).toBe(null)
	expect(await claims.claim(claimed)).toBe(2)
	expect(await holderOf(claimed)).toBe(claims.replica)
})

/** Queries of these names: a release does not reach the database, of a claim the answer is lost. */
function forgetful(pool: pg.Pool, lost: ReadonlySet<string>): pg.Pool {
	const query = async (asked: pg.QueryConfig) => {
		if (!lost.has(asked.name!)) return pool.query(asked)
		if (asked.name === 'claims_claim') await pool.query(asked)
		throw new Error('the answer was lost')
	}
	return { query } as unknown as pg.Pool
}
