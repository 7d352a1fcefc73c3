import type { FastifyReply } from 'fastify'
import type { OutgoingHttpHeaders } from 'node:http'

/**
 * Answers with bytes that lie in several places. Joining them first, for Fastify, would cost new memory for each
 * answer, and with a graph in it more time than all else.
 */
export function sendParts(reply: FastifyReply, parts: readonly Buffer[]): FastifyReply {
	// It took too long, and that was answered.
	if (reply.sent) return reply
	const length = parts.reduce((sum, part) => sum + part.length, 0)
	reply.header('content-length', String(length)).hijack()
	const { raw } = reply
	raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders)
	// One call of the system for head and parts.
	raw.cork()
	for (const part of parts) raw.write(part)
	raw.end()
	raw.uncork()
	return reply
}
