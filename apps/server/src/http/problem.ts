import type { Problem } from '@speedfog/core/protocol/problem'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { STATUS_CODES } from 'node:http'
import { isOutage } from '#database/outage.ts'

type Extra = Partial<Pick<Problem, 'errors' | 'active'>> & { headers?: Record<string, string> }

/** The caller's fault, or a state of things the caller must know: thrown anywhere, answered in one place. */
export class HttpError extends Error {
	override name = 'HttpError'
	status: number
	extra: Extra

	/** `detail` is a sentence for a person. */
	constructor(status: number, detail: string, extra: Extra = {}) {
		super(detail)
		this.status = status
		this.extra = extra
	}
}

const RETRY_AFTER_OUTAGE_S = '5'
const AWAY = 'The database does not answer just now. Please try again in a few seconds.'
// A commit whose answer was lost can be there all the same.
const OPEN =
	'The database does not answer just now, and the change may have been made or not. Please look again in a few seconds.'

/** Turns whatever was thrown into a problem document (RFC 9457); only our own faults are logged. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
	const found = asHttpError(error, request)
	if (found.status >= 500)
		request.log[found.status === 503 ? 'warn' : 'error']({ err: error }, 'request failed')
	sendProblem(reply, found)
}

export function sendProblem(reply: FastifyReply, { status, message, extra }: HttpError): void {
	const { headers, ...fields } = extra
	void reply
		.code(status)
		.headers({ 'cache-control': 'no-store', ...headers })
		.type('application/problem+json')
		.send(JSON.stringify(problem(status, message, fields)))
}

export function problem(status: number, detail: string, fields: Omit<Extra, 'headers'> = {}): Problem {
	return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...fields }
}

function asHttpError(error: unknown, request: FastifyRequest): HttpError {
	if (error instanceof HttpError) return error
	const isLate = (error as FastifyError).code === 'FST_ERR_HANDLER_TIMEOUT'
	// It is the client that keeps us waiting.
	if (isLate && request.raw.complete === false && !request.mayHaveChanged)
		return new HttpError(408, 'The request did not arrive in time.', { headers: { connection: 'close' } })
	if (isOutage(error) || isLate)
		return new HttpError(503, request.mayHaveChanged ? OPEN : AWAY, {
			headers: { 'retry-after': RETRY_AFTER_OUTAGE_S },
		})
	if (hasZodFastifySchemaValidationErrors(error))
		return new HttpError(422, 'The request is not of the form that this call takes.', {
			errors: error.validation.map(({ instancePath, message }) => ({
				path: instancePath.slice(1).replaceAll('/', '.'),
				message: message ?? 'is not valid',
			})),
		})
	return (
		asFrameworkError(error as FastifyError) ??
		new HttpError(500, `Something went wrong here. The server's log tells more under ${request.id}.`)
	)
}

/** What Fastify itself finds wrong with a request; its messages are not for people. */
function asFrameworkError({ code, statusCode }: FastifyError): HttpError | undefined {
	if (statusCode === 413) return new HttpError(413, 'The request body is too large.')
	if (statusCode === 415)
		return new HttpError(415, 'The request body must be JSON (content-type application/json).')
	if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
		return new HttpError(422, 'The request body is not JSON.', {
			errors: [{ path: '', message: 'is not JSON' }],
		})
	if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
		return new HttpError(statusCode, 'The request could not be read.')
	return undefined
}
