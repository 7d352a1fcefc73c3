import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import Fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Deps } from './deps.ts'
import { describeRoutes, docs } from './docs.ts'
import type { App } from './fastify.ts'
import { guard, isSafe } from './guard.ts'
import { health } from './health.ts'
import type { Part } from './health.ts'
import { pages } from './pages.ts'
import { answerError, HttpError } from './problem.ts'
import { secure } from './security.ts'
import { answerUnreadable } from './unreadable.ts'

export type AppOptions = {
	/** The features' routes. */
	register: (app: App) => void
	/** The folder of the built web app, where there is one. */
	webFolder?: string | undefined
	/** What `/ready` asks besides the database. */
	parts?: Part[]
	isStopping?: () => boolean
}

const BODY_BYTES = 64 * 1024
const REQUEST_MS = 30_000
const ANSWER_MS = 6_000
/** A download that is not read is given up; it can be taken up where it stopped. */
const STANDSTILL_MS = 120_000
const LAST_DOWNLOADS_MS = 5_000

/** The HTTP side of the server, not listening yet. */
export function buildApp(
	deps: Deps,
	{ register, webFolder, parts = [], isStopping = () => false }: AppOptions,
): App {
	const { config, db, log } = deps
	const loggerInstance: FastifyBaseLogger = log as Logger
	const app: App = Fastify({
		loggerInstance,
		logController: new LogController({ disableRequestLogging: true }),
		genReqId: () => randomUUID(),
		trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
		bodyLimit: BODY_BYTES,
		requestTimeout: REQUEST_MS,
		connectionTimeout: STANDSTILL_MS,
		frameworkErrors: answerError,
		clientErrorHandler: answerUnreadable,
	}).withTypeProvider<ZodTypeProvider>()
	// Fastify says null for a body that is not there, which no default stands in for.
	app.setValidatorCompiler((part) => {
		const validate = validatorCompiler(part as Parameters<typeof validatorCompiler>[0])
		return part.httpPart === 'body' ? (body: unknown) => validate(body ?? undefined) : validate
	})
	app.setSerializerCompiler(serializerCompiler)
	app.setErrorHandler(answerError)
	acceptBodies(app)
	app.addHook('onRoute', (route) => {
		if (!route.url.startsWith('/api')) return
		if (!route.config?.access) throw new Error(`the route ${route.url} does not say who may call it`)
		// Whatever hangs, such as a database that neither answers nor refuses, is not waited for.
		if (!route.config.streams) route.handlerTimeout = ANSWER_MS
	})

	logResponses(app)
	app.addHook('onRequest', guard(config))
	app.decorateRequest('mayHaveChanged', false)
	app.addHook('preHandler', (request, _, done) => {
		request.mayHaveChanged = !isSafe(request)
		done()
	})
	app.addHook('preClose', async () => {
		setTimeout(() => app.server.closeAllConnections(), LAST_DOWNLOADS_MS).unref()
	})
	secure(app, deps, webFolder)
	app.register(cookie)
	app.register(rateLimit, { global: false, errorResponseBuilder: tooMany })
	describeRoutes(app)
	pages(app, webFolder)
	// After the plugins above are there, so that their hooks see these routes.
	void app.register(async (routes: App) => {
		health(routes, {
			parts: [{ name: 'database', ask: () => db.pool.query('select 1') }, ...parts],
			isStopping,
		})
		register(routes)
		docs(routes)
	})
	return app
}

/** JSON, also where a client says JSON and sends nothing. */
function acceptBodies(app: App): void {
	const parseJson = app.getDefaultJsonParser('error', 'error')
	app.removeAllContentTypeParsers()
	app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
		if (body === '') done(null, undefined)
		else void parseJson(request, body, done)
	})
}

function tooMany(_: unknown, { ttl }: { ttl: number }): HttpError {
	const seconds = Math.max(Math.ceil(ttl / 1000), 1)
	return new HttpError(429, `Too many calls. Please wait ${seconds} s.`, {
		headers: { 'retry-after': String(seconds) },
	})
}

/** One line an answer: no query (it may hold codes), no headers (they hold tokens). */
function logResponses(app: App): void {
	app.addHook('onResponse', async (request, reply) => {
		const path = request.url.split('?', 1)[0]!
		const line = { method: request.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }
		const quiet = path === '/health' || path === '/ready' || path.startsWith('/_app/')
		request.log[quiet ? 'debug' : 'info'](line, 'answered')
	})
}
