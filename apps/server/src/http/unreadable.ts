import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { problem } from './problem.ts'

const TOO_LARGE = { status: 431, detail: 'The header of the request is too large.' }
const TOO_SLOW = { status: 408, detail: 'The request did not arrive in time.' }
const NO_HTTP = { status: 400, detail: 'The request could not be read.' }

/** Answers what is not even HTTP, too much or too slow: there is no request to log or to answer by its rules. */
export function answerUnreadable({ code }: NodeJS.ErrnoException, socket: Duplex): void {
	if (!socket.writable) return
	const { status, detail } =
		code === 'HPE_HEADER_OVERFLOW' ? TOO_LARGE : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? TOO_SLOW : NO_HTTP
	const body = JSON.stringify(problem(status, detail))
	const head = [
		`HTTP/1.1 ${status} ${STATUS_CODES[status]!}`,
		'content-type: application/problem+json',
		`content-length: ${Buffer.byteLength(body)}`,
		'connection: close',
	]
	socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
