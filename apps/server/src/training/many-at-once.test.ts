import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { liveWorld } from './testing/live.ts'
import type { LiveWorld } from './testing/live.ts'

let database: TestDatabase
let world: LiveWorld
const graph = diamond()

beforeAll(async () => {
	database = await freshDatabase()
	world = await liveWorld({ database, graph })
})
afterAll(async () => {
	await world.close()
	await database.drop()
})

/** The names of what the database is asked meanwhile. */
async function questionsFor(doing: () => Promise<unknown>): Promise<(string | undefined)[]> {
	const query = vi.spyOn(database.pool, 'query')
	await doing()
	const names = query.mock.calls.map(([asked]) => (asked as { name?: string }).name)
	query.mockRestore()
	return names
}

describe('many who come at the same time', () => {
	it('load a session once', async () => {
		const sessionId = await world.session()
		const pairs = Array.from({ length: 5 }, () => world.dialSpectator(sessionId))
		const names = await questionsFor(async () => {
			for (const pair of pairs) {
				pair.send({ type: 'auth' })
				pair.flush()
			}
			for (const pair of pairs) await pair.until(() => pair.got.length > 0)
		})
		expect(names.filter((name) => name === 'stored_runs')).toHaveLength(1)
		for (const pair of pairs) pair.end()
	})

	it('are asked for together', async () => {
		const ids = await Promise.all(Array.from({ length: 20 }, () => world.session()))
		const names = await questionsFor(() => Promise.all(ids.map((id) => world.mod(id))))
		for (const name of ['admissions', 'stored_runs', 'claims_claim'])
			expect([name, names.filter((one) => one === name).length]).toEqual([name, 1])
	})

	it('after a clean stop find their sessions free, and as they are stored', async () => {
		const own = await liveWorld({ database, graph })
		const ids = await Promise.all(Array.from({ length: 5 }, () => own.session()))
		for (const id of ids) await own.mod(id)
		await own.close()
		const { rows } = await database.pool.query(
			'select distinct mod_holder, mod_fence from training_sessions where id = any($1)',
			[ids],
		)
		expect(rows).toEqual([{ mod_holder: null, mod_fence: 1 }])
		expect(await questionsFor(() => world.mod(ids[0]!))).toEqual([
			'admissions',
			'stored_runs',
			'claims_claim',
		])
	})
})
