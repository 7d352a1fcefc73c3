import type { FastifyRequest } from 'fastify'
import type { Config } from '#config.ts'
import { FORWARDED_IN_LOCAL_MODE, forwardingHeader, isOwnHost, isOwnOrigin } from './origin.ts'
import { HttpError } from './problem.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What every request must pass, whoever sends it. */
export function guard(config: Config): (request: FastifyRequest) => Promise<void> {
	// Fastify waits for a hook's promise.
	return async (request) => {
		if (config.localMode && forwardingHeader(request.headers) !== undefined)
			throw new HttpError(403, FORWARDED_IN_LOCAL_MODE)
		if (!isOwnHost(request.host, config))
			throw new HttpError(421, `This server is ${config.publicUrl} and does not answer for other names.`)
		if (!isSafe(request) && !mayChangeThings(request, config))
			throw new HttpError(403, 'This call came from another site. Open it from this one.')
	}
}

/** Whether a request only asks. */
export function isSafe({ method }: FastifyRequest): boolean {
	return SAFE.has(method)
}

/**
 * A browser adds cookies also to what another site makes it send, but tells where it comes from; another
 * site cannot make it send an `Authorization` header.
 */
function mayChangeThings({ headers }: FastifyRequest, config: Config): boolean {
	if (headers.authorization !== undefined) return true
	if (headers.origin === undefined) return headers.cookie === undefined
	return isOwnOrigin(headers.origin, config)
}
