import { EraseMe } from '@speedfog/core/protocol/accounts'
import { Export } from '@speedfog/core/protocol/export'
import { Readable } from 'node:stream'
import { clearCookie, requireUser } from '#accounts/accounts.ts'
import type { Access, App } from '#http/fastify.ts'
import { nothing } from '#http/docs.ts'
import { HttpError } from '#http/problem.ts'
import * as myData from './my-data.ts'
import type { TrainingDeps } from './training.ts'

const signedIn = { access: 'signedIn' satisfies Access } as const

export function myDataRoutes(app: App, deps: TrainingDeps): void {
	app.get(
		'/api/users/me/export',
		{
			config: { ...signedIn, streams: true },
			schema: { summary: 'Everything that is kept of me', response: { 200: Export } },
		},
		async (request, reply) => {
			const user = requireUser(request)
			reply.header('content-disposition', `attachment; filename="speedfog_training_${user.name}.json"`)
			reply.type('application/json; charset=utf-8')
			return reply.send(Readable.from(myData.exportOf(deps, user), { objectMode: false }) as never)
		},
	)

	app.delete(
		'/api/users/me',
		{
			config: signedIn,
			schema: {
				summary: 'Delete my account with everything that is mine',
				body: EraseMe,
				response: { 204: nothing },
			},
		},
		async (request, reply) => {
			const user = requireUser(request)
			if (request.body.confirm.toLowerCase() !== user.name.toLowerCase())
				throw new HttpError(422, 'Confirm by writing your name: nothing was deleted.', {
					errors: [{ path: 'confirm', message: `must be ${user.name}` }],
				})
			await myData.erase(deps, user)
			clearCookie(reply, deps)
			return reply.code(204).send()
		},
	)
}
