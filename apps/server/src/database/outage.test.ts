import { expect, it } from 'vitest'
import { freshDatabase } from './testing.ts'
import { isOutage } from './outage.ts'

const failed = (fields: object, message = 'x') => Object.assign(new Error(message), fields)

it.each([
	['a refused connection', failed({ code: 'ECONNREFUSED', syscall: 'connect' }), true],
	['a socket that is gone', failed({ code: 'ENOENT', syscall: 'connect' }), true],
	['a file that is gone', failed({ code: 'ENOENT', syscall: 'open' }), false],
	['a shutdown by an administrator', failed({ code: '57P01' }), true],
	['a start that is not done', failed({ code: '57P03' }), true],
	['too many connections', failed({ code: '53300' }), true],
	['a full disk', failed({ code: '53100' }), true],
	['a broken connection', failed({ code: '08006' }), true],
	['a connection that ended in a query', failed({}, 'Connection terminated unexpectedly'), true],
	['no free connection in time', failed({}, 'timeout exceeded when trying to connect'), true],
	['several addresses, all refused', new AggregateError([failed({ code: 'ECONNREFUSED' })]), true],
	['an outage as the cause', new Error('query failed', { cause: failed({ code: '57P01' }) }), true],
	['a unique violation', failed({ code: '23505' }), false],
	['a missing column', failed({ code: '42703' }), false],
	['a bug', new TypeError('x is undefined'), false],
	['no error', 'ECONNREFUSED', false],
])('%s says whether the database is away', (_, error, away) => {
	expect(isOutage(error)).toBe(away)
})

it('the end of a connection by the server is an outage, a bad question is none', async () => {
	const db = await freshDatabase()
	const question = db.pool.query('select nothing from nowhere').catch((error: unknown) => error)
	expect(isOutage(await question)).toBe(false)
	const ended = db.pool
		.query('select pg_terminate_backend(pg_backend_pid())')
		.catch((error: unknown) => error)
	expect(isOutage(await ended)).toBe(true)
	await db.drop()
	const closed = db.pool.query('select 1').catch((error: unknown) => error)
	expect(isOutage(await closed)).toBe(true)
})
