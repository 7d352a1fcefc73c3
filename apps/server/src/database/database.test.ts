import { sql } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { silentLog } from '#log.ts'
import { open } from './database.ts'
import { isOutage } from './outage.ts'
import { freshDatabase, throughProxy } from './testing.ts'
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

	it('costs a query, and not the process, when its connection breaks off in the middle', async () => {
		const { url, proxy } = await throughProxy(db)
		const far = open(url, { log: silentLog })
		onTestFinished(() => far.close())
		const answer = sql`select pg_sleep(5)`.execute(far.kysely).then(() => 'answered', isOutage)
		await expect.poll(() => far.pool.totalCount - far.pool.idleCount).toBe(1)
		await sleep(100)
		await proxy.close()
		expect(await answer).toBe(true)
	})

	it('is asked on new connections when those there were have died without a word', async () => {
		const { url, proxy } = await throughProxy(db)
		const far = open(url, { log: silentLog, max: 2, silentMs: 300 })
		onTestFinished(async () => {
			await far.close()
			await proxy.close()
		})
		const ask = () => far.kysely.selectFrom('users').select('id').execute()
		await Promise.all([ask(), ask()])
		proxy.forget()
		const answers = await Promise.allSettled([ask(), ask()])
		for (const { status, reason } of answers as PromiseRejectedResult[])
			expect([status, isOutage(reason)]).toEqual(['rejected', true])
		expect(await ask()).toEqual([])
	})
})
