import type { FastifyRequest } from 'fastify'
import { requireUser } from '#accounts/accounts.ts'
import { HttpError } from '#http/problem.ts'
import type { SessionRow } from './queries.ts'
import * as training from './training.ts'
import type { TrainingDeps } from './training.ts'

/** The caller's own run; nobody else is told more than that there is one. */
export async function requireOwn(
	deps: TrainingDeps,
	request: FastifyRequest,
	id: string,
): Promise<SessionRow> {
	return orRefusal(await training.findOwn(deps, requireUser(request), id))
}

export function orRefusal<Found extends object>(own: training.Own<Found>): Found {
	if (own === 'unknown') throw new HttpError(404, 'There is no such run.')
	if (own === 'foreign') throw new HttpError(403, 'This run belongs to somebody else.')
	return own
}
