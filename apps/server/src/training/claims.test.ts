import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { systemClock } from '#live/clock.ts'
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
