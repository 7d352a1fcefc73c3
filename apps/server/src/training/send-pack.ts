import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OutgoingHttpHeaders } from 'node:http'
import { HttpError } from '#http/problem.ts'
import * as packs from '#packs/packs.ts'
import type { SessionRow } from './queries.ts'
import * as training from './training.ts'
import type { TrainingDeps } from './training.ts'

type Download = { request: FastifyRequest; reply: FastifyReply; row: SessionRow }

/** Answers with the pack or the part of it that was asked for; a broken-off download can be taken up again. */
export async function sendPack(deps: TrainingDeps, { request, reply, row }: Download): Promise<FastifyReply> {
	const pack = await openPack(deps, { request, reply, row })
	const { range: _, ...others } = request.headers
	const answer = packs.conditional(request.method === 'GET' ? request.headers : others, pack)
	reply.headers({
		etag: pack.etag,
		'accept-ranges': 'bytes',
		// It holds the run's token: for this user's own disk only.
		'cache-control': 'private, no-cache',
	})
	if (!('bytes' in answer)) {
		await packs.close(pack)
		return sendNothing(reply, answer.status, pack)
	}
	const { start, end } = answer.bytes
	reply.code(answer.status).headers({
		'content-type': 'application/zip',
		'content-length': String(end - start),
		'content-disposition': `attachment; filename="${packs.fileName(row.name, row.slug)}"`,
	})
	if (answer.status === 206) reply.header('content-range', `bytes ${start}-${end - 1}/${pack.sizeBytes}`)
	if (request.method === 'HEAD') {
		await packs.close(pack)
		return reply.send()
	}
	if (end === pack.sizeBytes) noteWhenSent(deps, { request, reply, row })
	reply.hijack()
	await pour(pack, answer.bytes, { request, reply })
	return reply
}

/** Past Fastify, which would want a stream of ever new buffers. */
async function pour(
	pack: packs.Pack,
	bytes: packs.Bytes,
	{ request, reply }: Pick<Download, 'request' | 'reply'>,
): Promise<void> {
	const { raw } = reply
	raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders)
	try {
		await packs.send(pack, bytes, raw)
		raw.end()
	} catch (error) {
		if (!raw.destroyed) request.log.error({ err: error }, 'a pack broke off')
		// Not ended: the player's side sees that something is missing.
		raw.destroy()
	}
}

export function seedGone(): HttpError {
	return new HttpError(410, "The seed's file is no longer on the server. Start another run.")
}

async function openPack(deps: TrainingDeps, { request, row }: Download): Promise<packs.Pack> {
	const opened = await training.openPack(deps, row)
	if (opened.state === 'ready') return opened.pack
	if (opened.state === 'gone') throw seedGone()
	request.log.error({ pool: row.pool, file: row.file, reason: opened.reason }, 'a stored seed is damaged')
	throw new HttpError(500, "The seed's file is damaged on the server. Start another run.")
}

function sendNothing(reply: FastifyReply, status: 304 | 412 | 416, { sizeBytes }: packs.Pack): FastifyReply {
	if (status === 304) return reply.code(304).send()
	if (status === 412) throw new HttpError(412, 'The pack has changed.')
	const headers = { 'content-range': `bytes */${sizeBytes}` }
	throw new HttpError(416, 'The pack does not reach that far.', { headers })
}

/** Its last byte went out: what was missing before it came in an earlier part. */
function noteWhenSent(deps: TrainingDeps, { request, reply, row }: Download): void {
	reply.raw.once('finish', () => {
		training
			.notePackDownloaded(deps, row)
			.catch((error: unknown) => request.log.warn({ err: error }, 'a finished download could not be noted'))
	})
}
