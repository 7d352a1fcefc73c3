import { Discarded, DiscardSeeds, ScanState, SeedStats } from '@speedfog/core/protocol/admin'
import type { Access, App } from '#http/fastify.ts'
import type { Deps } from '#http/deps.ts'
import { HttpError } from '#http/problem.ts'
import type { Pools } from '#pools/pools.ts'
import { discard, stats } from './discard.ts'
import type { Scans } from './scans.ts'

const admin = { access: 'admin' satisfies Access } as const

export function routes(app: App, deps: Deps & { pools: Pools; scans: Scans }): void {
	const { pools, scans, log } = deps
	const db = deps.db.kysely

	app.post(
		'/api/admin/seeds/scan',
		{
			config: admin,
			schema: { summary: 'Read the pools anew, or join who does', response: { 202: ScanState } },
		},
		async (_, reply) => {
			void scans.start()
			return reply.code(202).send(scans.state())
		},
	)

	app.get(
		'/api/admin/seeds/scan',
		{
			config: admin,
			schema: { summary: 'How far the scan is, and what it rejected', response: { 200: ScanState } },
		},
		async () => scans.state(),
	)

	app.get(
		'/api/admin/seeds/stats',
		{ config: admin, schema: { summary: 'Seeds by pool and state', response: { 200: SeedStats } } },
		async () => stats(db, pools),
	)

	app.post(
		'/api/admin/seeds/discard',
		{
			config: admin,
			schema: {
				summary: 'Draw none of the seeds that a pool has now again',
				body: DiscardSeeds,
				response: { 200: Discarded },
			},
		},
		async (request) => {
			const pool = request.body.pool_name
			const discarded = await discard(db, pools, pool)
			if (discarded === undefined) throw new HttpError(404, 'There is no pool of this name.')
			log.info({ pool, discarded }, 'the seeds of a pool were discarded')
			return { discarded }
		},
	)
}
