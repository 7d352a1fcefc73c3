import { Shared } from '@speedfog/core/protocol/training'
import { z } from 'zod'
import type { Access, App } from '#http/fastify.ts'
import { nothing } from '#http/docs.ts'
import { requireOwn } from './own-run.ts'
import * as share from './share.ts'
import type { TrainingDeps } from './training.ts'

const signedIn = { access: 'signedIn' satisfies Access } as const
const ById = z.object({ id: z.guid() })

export function shareRoutes(app: App, deps: TrainingDeps): void {
	app.put(
		'/api/training/:id/share',
		{
			config: signedIn,
			schema: {
				summary: 'Make a link to watch a run, in place of the one before',
				params: ById,
				response: { 200: Shared },
			},
		},
		async (request, reply) => {
			const { id } = await requireOwn(deps, request, request.params.id)
			return { url: await share.share(deps, id) }
		},
	)

	app.delete(
		'/api/training/:id/share',
		{
			config: signedIn,
			schema: { summary: 'Let the link to a run lead nowhere', params: ById, response: { 204: nothing } },
		},
		async (request, reply) => {
			const { id } = await requireOwn(deps, request, request.params.id)
			await share.endShare(deps, id)
			return reply.code(204).send()
		},
	)
}
