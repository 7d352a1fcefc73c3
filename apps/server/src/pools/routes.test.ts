import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testApp, TRAINING_POOL } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'

const SEEDS = 4
let server: TestApp
let anna: string

beforeAll(async () => {
	server = await testApp()
	for (const pool of ['training_standard', 'training_sprint']) {
		await server.put(`${pool}/config.toml`, TRAINING_POOL)
		for (let seed = 0; seed < SEEDS; seed++) await server.putSeed(pool, `seed${seed}`)
	}
	await server.put('training_empty/config.toml', TRAINING_POOL)
	await server.put('race/config.toml', '')
	await server.putSeed('race', 'a')
	await server.scan()
	anna = await server.signIn('Anna')
})
afterAll(() => server.close())

const get = (url: string) => server.call({ url, as: anna })
const start = (body: unknown) => server.call({ method: 'POST', url: '/api/training', as: anna, body })

describe('pools', () => {
	it('tell their seeds, how many of them I played, and their settings', async () => {
		await start({})
		await start({})
		const { rows } = await server.db.pool.query<{ id: string }>(
			"select id from seeds where pool = 'training_sprint' limit 2",
		)
		await server.db.pool.query("update seeds set status = 'discarded' where id = $1", [rows[0]!.id])
		await server.db.pool.query("update seeds set status = 'consumed' where id = $1", [rows[1]!.id])
		const pools = (await get('/api/pools')).json<Record<string, Record<string, unknown>>>()
		expect(Object.keys(pools)).toEqual(['race', 'training_empty', 'training_sprint', 'training_standard'])
		expect(pools.training_standard).toMatchObject({
			available: SEEDS,
			consumed: 0,
			discarded: 0,
			played_by_user: 2,
		})
		expect(pools.training_sprint).toMatchObject({
			available: SEEDS - 2,
			consumed: 1,
			discarded: 1,
			played_by_user: 0,
		})
		expect(pools.training_empty).toMatchObject({
			available: 0,
			played_by_user: 0,
			pool_config: { type: 'training' },
		})
		await server.db.pool.query("update seeds set status = 'available'")
	})

	it('of one type are asked for by it, signed in or not', async () => {
		const signedOut = await server.call({ url: '/api/pools?type=race' })
		expect(signedOut.json()).toEqual({
			race: {
				available: 1,
				consumed: 0,
				discarded: 0,
				played_by_user: null,
				pool_config: expect.objectContaining({ type: 'race' }) as unknown,
			},
		})
		expect(Object.keys((await get('/api/pools?type=training')).json())).toHaveLength(3)
		for (const query of ['type=Training', 'type=', 'type=race&type=training'])
			expect((await get(`/api/pools?${query}`)).statusCode).toBe(422)
	})

	it('with broken settings count as race and show none', async () => {
		await server.put('training_broken/config.toml', 'type = ')
		await server.scan()
		expect((await get('/api/pools?type=race')).json()).toMatchObject({
			training_broken: { pool_config: null },
		})
		expect((await start({ pool_name: 'training_broken' })).statusCode).toBe(400)
		await rm(join(server.root, 'training_broken'), { recursive: true })
		await server.scan()
	})
})
