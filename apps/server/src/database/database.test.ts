import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase } from './testing.ts'
import type { TestDatabase } from './testing.ts'

describe('the database', () => {
	let db: TestDatabase
	beforeAll(async () => {
		db = await freshDatabase()
	})
	afterAll(() => db.drop())

	it('gives bigints as numbers', async () => {
		const { rows } = await db.pool.query<{ n: number }>('select 9007199254740991::bigint as n')
		expect(rows).toEqual([{ n: 9007199254740991 }])
	})

	it('is migrated and empty', async () => {
		expect(await db.kysely.selectFrom('users').selectAll().execute()).toEqual([])
	})
})
