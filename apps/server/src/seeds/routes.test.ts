import type { ScanState, SeedStats } from '@speedfog/core/protocol/admin'
import { setTimeout as sleep } from 'node:timers/promises'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testApp, TRAINING_POOL } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'
import * as seeds from './seeds.ts'

let server: TestApp
let admin: string

beforeEach(async () => {
	server = await testApp()
	await server.put('p/config.toml', TRAINING_POOL)
	admin = await server.signIn('root')
})
afterEach(() => server.close())

const startScan = () => server.call({ method: 'POST', url: '/api/admin/seeds/scan', as: admin })
const scanState = async () =>
	(await server.call({ url: '/api/admin/seeds/scan', as: admin })).json<ScanState>()
const stats = async () =>
	(await server.call({ url: '/api/admin/seeds/stats', as: admin })).json<SeedStats>().pools
const discard = (pool_name: string) =>
	server.call({ method: 'POST', url: '/api/admin/seeds/discard', as: admin, body: { pool_name } })

async function scanned(): Promise<ScanState> {
	for (;;) {
		const state = await scanState()
		if (state.state !== 'running') return state
		await sleep(10)
	}
}

describe('a scan by an admin', () => {
	it('is none before the first', async () => {
		expect(await scanState()).toEqual({ state: 'idle', done: 0, total: 0, pools: {} })
	})

	it('answers at once, and tells in the end what was added and what was rejected and why', async () => {
		await server.putSeed('p', 'good')
		await server.put('p/seed_bad.zip', 'no zip')
		await server.put('q/config.toml', TRAINING_POOL)
		const answer = await startScan()
		expect([answer.statusCode, answer.json<ScanState>().state]).toEqual([202, 'running'])
		expect(await scanned()).toEqual({
			state: 'done',
			done: 2,
			total: 2,
			pools: {
				p: {
					added: 1,
					skipped: 0,
					rejected: [{ file: 'seed_bad.zip', reason: expect.any(String) as string }],
				},
				q: { added: 0, skipped: 0, rejected: [] },
			},
		})
	})

	it('shows how far it is while it goes on', async () => {
		for (let number = 0; number < 40; number++) await server.putSeed('p', `seed${number}`)
		const seen: number[] = []
		const scan = server.deps.scans.start()
		const look = setInterval(() => {
			const { done, total, pools } = server.deps.scans.state()
			if (total > 0 && pools['p']!.added === done) seen.push(done)
		}, 1)
		await scan
		clearInterval(look)
		expect(seen.some((done) => done > 0 && done < 40)).toBe(true)
		expect(seen).toEqual(seen.toSorted((a, b) => a - b))
		expect(await scanState()).toMatchObject({ state: 'done', done: 40, total: 40 })
	})

	it('is joined by a second one', async () => {
		await server.putSeed('p', 'a')
		const client = await server.db.pool.connect()
		await client.query('begin; lock table seeds')
		const answers = [await startScan(), await startScan(), await startScan()]
		expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202])
		await client.query('rollback')
		client.release()
		await scanned()
		expect(server.lines.filter(({ msg }) => msg === 'pool scanned')).toHaveLength(1)
		await startScan()
		expect(await scanned()).toMatchObject({ pools: { p: { added: 0, skipped: 1 } } })
	})

	it('that fails says so, and the next one may succeed', async () => {
		await rename(server.root, `${server.root}-away`)
		await startScan()
		expect(await scanned()).toMatchObject({ state: 'failed' })
		await rename(`${server.root}-away`, server.root)
		await startScan()
		expect(await scanned()).toMatchObject({ state: 'done' })
	})
})

describe('the seeds of a pool', () => {
	beforeEach(async () => {
		await server.putSeed('p', 'a')
		await server.putSeed('p', 'b')
		await server.put('q/config.toml', TRAINING_POOL)
		await server.putSeed('q', 'a')
		await server.scan()
	})

	it('are counted, also where there are none', async () => {
		await server.put('empty/config.toml', TRAINING_POOL)
		await rename(join(server.root, 'p/seed_b.zip'), join(server.root, 'b.zip'))
		await server.scan()
		const none = { available: 0, consumed: 0, discarded: 0, vanished: 0 }
		expect(await stats()).toEqual({
			empty: none,
			p: { ...none, available: 1, vanished: 1 },
			q: { ...none, available: 1 },
		})
	})

	it('are drawn no more once they are discarded, whatever a scan finds, while new ones are', async () => {
		await rename(join(server.root, 'p/seed_b.zip'), join(server.root, 'b.zip'))
		await server.scan()
		// Fills what is kept of the pool for quick draws.
		await seeds.available(server.db.kysely, 'p')
		expect((await discard('p')).json()).toEqual({ discarded: 2 })
		await rename(join(server.root, 'b.zip'), join(server.root, 'p/seed_b.zip'))
		await server.scan()
		expect(await stats()).toMatchObject({ p: { available: 0, discarded: 2 }, q: { available: 1 } })
		const start = () =>
			server.call({ method: 'POST', url: '/api/training', as: admin, body: { pool_name: 'p' } })
		expect((await start()).statusCode).toBe(400)
		await server.putSeed('p', 'c')
		await server.scan()
		expect((await start()).json()).toMatchObject({ seed_number: 'c' })
		expect((await discard('p')).json()).toEqual({ discarded: 1 })
		expect((await discard('p')).json()).toEqual({ discarded: 0 })
	})

	it('of a pool that is not there cannot be discarded', async () => {
		expect((await discard('nowhere')).statusCode).toBe(404)
		expect((await discard('../p')).statusCode).toBe(404)
	})
})
