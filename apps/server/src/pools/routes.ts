import { Pools, PoolType } from '@speedfog/core/protocol/pools'
import { z } from 'zod'
import { findUserByRequest } from '#accounts/accounts.ts'
import type { App } from '#http/fastify.ts'
import type { Deps } from '#http/deps.ts'
import * as pools from './pools.ts'

const OfType = z.object({ type: PoolType.optional() })

export function routes(app: App, deps: Deps & { pools: pools.Pools }): void {
	app.get(
		'/api/pools',
		{
			config: { access: 'all' },
			schema: { summary: 'Pools, their seeds and settings', querystring: OfType, response: { 200: Pools } },
		},
		async (request, reply) => {
			const caller = await findUserByRequest(deps, request, reply)
			return pools.list(deps.db.kysely, deps.pools, {
				userId: caller?.user.id ?? null,
				type: request.query.type,
			})
		},
	)
}
