import { CompanionDownloads, CompanionPlatform } from '@speedfog/core/protocol/companion'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { limitPerUser } from '#accounts/accounts.ts'
import type { Deps } from '#http/deps.ts'
import type { Access, App } from '#http/fastify.ts'
import { HttpError } from '#http/problem.ts'
import * as packs from '#packs/packs.ts'
import * as companion from './companion.ts'

const signedIn = { access: 'signedIn' satisfies Access } as const
const ByPlatform = z.object({ platform: CompanionPlatform })
const DOWNLOADS_PER_MINUTE = 30
const PROGRAM = 'application/octet-stream'

export function routes(app: App, deps: Deps & { companionFolder: string }): void {
	app.get(
		'/api/companion',
		{
			config: signedIn,
			schema: { summary: 'Companions to download', response: { 200: CompanionDownloads } },
		},
		async () => {
			const programs = await companion.list(deps.companionFolder)
			return programs.map(({ platform, version, sizeBytes, sha256 }) => ({
				platform,
				version,
				size_bytes: sizeBytes,
				sha256,
			}))
		},
	)

	app.route({
		method: ['GET', 'HEAD'],
		url: '/api/companion/:platform',
		config: {
			...signedIn,
			streams: true,
			sends: { 200: PROGRAM, 206: PROGRAM },
			rateLimit: limitPerUser(deps, DOWNLOADS_PER_MINUTE),
		},
		schema: { summary: 'The companion for one system', params: ByPlatform },
		handler: async (request, reply) => {
			const programs = await companion.list(deps.companionFolder)
			const program = programs.find(({ platform }) => platform === request.params.platform)
			if (!program) throw new HttpError(404, 'This server has no companion for that system.')
			return send(program, request, reply)
		},
	})
}

/** All of it or the part that was asked for; a broken-off download can be taken up again. */
function send(program: companion.Program, request: FastifyRequest, reply: FastifyReply): FastifyReply {
	const { range: _, ...others } = request.headers
	const answer = packs.conditional(request.method === 'GET' ? request.headers : others, program)
	reply.headers({ etag: program.etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' })
	if (!('bytes' in answer)) {
		if (answer.status === 304) return reply.code(304).send()
		const headers = { 'content-range': `bytes */${program.sizeBytes}` }
		if (answer.status === 416) throw new HttpError(416, 'The file does not reach that far.', { headers })
		throw new HttpError(412, 'The file has changed.')
	}
	const { start, end } = answer.bytes
	reply.code(answer.status).headers({
		'content-type': PROGRAM,
		'content-length': String(end - start),
		'content-disposition': `attachment; filename="${program.fileName}"`,
	})
	if (answer.status === 206) reply.header('content-range', `bytes ${start}-${end - 1}/${program.sizeBytes}`)
	return request.method === 'HEAD' ? reply.send() : reply.send(companion.read(program, answer.bytes))
}
