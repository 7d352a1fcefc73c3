import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'

export type App = FastifyInstance<
	RawServerDefault,
	IncomingMessage,
	ServerResponse,
	FastifyBaseLogger,
	ZodTypeProvider
>

/** Who may make a call at all; whose data it may touch is decided by the feature. */
export type Access = 'all' | 'signedIn' | 'admin'

declare module 'fastify' {
	interface FastifyRequest {
		/** Its handler has begun, and is one that changes things. */
		mayHaveChanged: boolean
	}
	interface FastifyContextConfig {
		access?: Access
		/** Its answer may take as long as the caller's line needs. */
		streams?: true
		/** The types of answers that are no JSON, by status. */
		sends?: Record<number, string>
	}
}
