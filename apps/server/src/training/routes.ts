import { Session, SessionDetail, Simulate, StartTraining } from '@speedfog/core/protocol/training'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { limitPerUser, requireUser } from '#accounts/accounts.ts'
import type { Access, App } from '#http/fastify.ts'
import { nothing } from '#http/docs.ts'
import { sendParts } from '#http/parts.ts'
import { HttpError } from '#http/problem.ts'
import { orRefusal, requireOwn } from './own-run.ts'
import { seedGone, sendPack } from './send-pack.ts'
import * as training from './training.ts'
import type { TrainingDeps } from './training.ts'

const signedIn = { access: 'signedIn' satisfies Access } as const
const ById = z.object({ id: z.guid() })
const Page = z.object({
	limit: z.coerce.number().int().min(1).max(100).default(100),
	cursor: z.guid().optional(),
})
const WithGraph = z.object({ graph: z.enum(['true', 'false']).default('true') })
const STARTS_PER_MINUTE = 30
const PACKS_PER_MINUTE = 30
const END = Buffer.from('}')
const ZIP = 'application/zip'

export function routes(app: App, deps: TrainingDeps): void {
	app.post(
		'/api/training',
		{
			config: { ...signedIn, rateLimit: limitPerUser(deps, STARTS_PER_MINUTE) },
			schema: {
				summary: 'Start a run',
				body: StartTraining.prefault({}),
				response: { 201: SessionDetail },
			},
		},
		async (request, reply) => {
			const started = await training.start(deps, requireUser(request).id, request.body.pool_name)
			if (started.outcome !== 'started') throw refusalOf(started)
			reply.code(201).header('location', `/api/training/${started.id}`)
			return answer(request, reply, started.id)
		},
	)

	app.get(
		'/api/training',
		{
			config: signedIn,
			schema: { summary: 'My runs', querystring: Page, response: { 200: z.array(Session) } },
		},
		async (request, reply) => {
			const { limit, cursor } = request.query
			const { sessions, next } = await training.list(deps, requireUser(request).id, { limit, after: cursor })
			if (next) reply.header('link', `</api/training?limit=${limit}&cursor=${next}>; rel="next"`)
			return sessions
		},
	)

	app.get(
		'/api/training/:id',
		{
			config: { ...signedIn, beside: lookBeside },
			schema: {
				summary: 'A run of mine',
				params: ById,
				querystring: WithGraph,
				response: { 200: SessionDetail },
			},
		},
		async (request, reply) => {
			const { id } = request.params
			if (request.query.graph === 'true') return answer(request, reply, id)
			return orRefusal(await look(request, id)).detail
		},
	)

	app.post(
		'/api/training/:id/abandon',
		{
			config: signedIn,
			schema: { summary: 'Give a run up', params: ById, response: { 200: SessionDetail } },
		},
		async (request, reply) => {
			const { id } = await requireOwn(deps, request, request.params.id)
			if ((await deps.live.abandon(id)) !== 'abandoned') throw notActive()
			return answer(request, reply, id)
		},
	)

	app.route({
		// By itself Fastify would answer HEAD by reading the whole file and throwing it away.
		method: ['GET', 'HEAD'],
		url: '/api/training/:id/pack',
		config: {
			...signedIn,
			streams: true,
			sends: { 200: ZIP, 206: ZIP },
			rateLimit: limitPerUser(deps, PACKS_PER_MINUTE),
		},
		schema: { summary: "The seed's zip with this run's config inside", params: ById },
		handler: async (request, reply) => {
			const row = await requireOwn(deps, request, request.params.id)
			if (row.status !== 'active') throw notActive()
			return sendPack(deps, { request, reply, row })
		},
	})

	app.post(
		'/api/training/:id/simulate',
		{
			config: signedIn,
			schema: {
				summary: 'Let a simulated game play a run, in local mode',
				params: ById,
				body: Simulate.prefault({}),
				response: { 202: nothing },
			},
		},
		async (request, reply) => {
			const row = await requireOwn(deps, request, request.params.id)
			if (!deps.config.localMode) throw new HttpError(403, 'This server does not simulate runs.')
			const outcome = await training.simulate(deps, row, request.body.speed)
			if (outcome !== 'started') throw simulateRefusals[outcome]()
			return reply.code(202).send()
		},
	)

	async function answer(request: FastifyRequest, reply: FastifyReply, id: string): Promise<FastifyReply> {
		const found = orRefusal(await look(request, id))
		return sendParts(reply.type('application/json; charset=utf-8'), withGraph(found))
	}

	function look(request: FastifyRequest, id: string) {
		return training.look(deps, requireUser(request), { id, beside: request.beside })
	}
}

function lookBeside({ params }: FastifyRequest) {
	const { success, data } = ById.safeParse(params)
	return success ? training.lookBeside(data.id) : undefined
}

/** The graph's bytes go into the answer as they are. */
function withGraph({ detail, graphJson }: training.Look): Buffer[] {
	const before = Buffer.from(`${JSON.stringify(detail).slice(0, -1)},"graph_json":`)
	return [before, graphJson, END]
}

const simulateRefusals = {
	not_active: () => new HttpError(409, 'This run has ended.'),
	mod_connected: () => new HttpError(409, 'A game is already connected to this run.'),
	gone: seedGone,
}

function notActive(): HttpError {
	return new HttpError(400, 'This run has ended.')
}

function refusalOf(
	started: Exclude<Awaited<ReturnType<typeof training.start>>, { outcome: 'started' }>,
): HttpError {
	switch (started.outcome) {
		case 'no_training_pool':
			return new HttpError(400, 'There is no training pool of this name.')
		case 'no_seeds':
			return new HttpError(400, 'This pool has no seeds yet.')
		case 'too_many':
			return new HttpError(
				409,
				`You have ${started.active.length} runs under way. Finish or abandon one first.`,
				{
					active: started.active,
				},
			)
		case 'no_user':
			return new HttpError(401, 'You are no longer signed in.', { headers: { 'www-authenticate': 'Bearer' } })
	}
}
