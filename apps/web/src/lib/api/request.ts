import type { Problem } from '@speedfog/core/protocol/problem'

/** What went wrong with a call, in words for people. `status` 0: no answer came at all. */
export class ApiProblem extends Error {
	readonly problem: Problem

	constructor(problem: Problem) {
		super(problem.detail)
		this.problem = problem
	}
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Asked = { body?: unknown; signal?: AbortSignal }

/** Calls `/api` + path; throws an ApiProblem for every answer that is not 2xx. */
export async function request<T>(method: Method, path: string, asked: Asked = {}): Promise<T> {
	return (await answerTo(method, path, asked)).value as T
}

/** The same for a list in pages: also tells where the next page is. */
export async function requestPage<T>(path: string): Promise<{ items: T[]; next: string | null }> {
	const { value, headers } = await answerTo('GET', path, {})
	return { items: value as T[], next: nextLink(headers.get('link')) }
}

/** The path below `/api` of a `Link: <…>; rel="next"`. */
export function nextLink(header: string | null): string | null {
	for (const part of header?.split(/,\s*(?=<)/) ?? []) {
		const [, target, params] = /^\s*<([^>]*)>(.*)$/.exec(part) ?? []
		if (target === undefined || !/;\s*rel="?next"?/i.test(params ?? '')) continue
		const url = new URL(target, 'http://here')
		return (url.pathname + url.search).replace(/^\/api(?=\/)/, '')
	}
	return null
}

/** The problem document of a failed answer, or one made up from its status where the body is none. */
export async function problemOf(response: Response): Promise<Problem> {
	try {
		const body: unknown = await response.json()
		if (isProblem(body)) return body
	} catch {
		// A proxy's HTML page or an empty body: the status has to do.
	}
	return {
		type: 'about:blank',
		title: response.statusText || 'Error',
		status: response.status,
		detail:
			sentences[response.status] ?? `The server answered with error ${response.status}. Please try again.`,
	}
}

/** A few words for the top of a page that could not be shown; the sentence below them is the problem's. */
export function headlineOf({ status, title }: Problem): string {
	if (status === 429) return 'That was too fast'
	return status >= 500 ? 'The server is not ready' : title
}

export const noAnswer: Problem = {
	type: 'about:blank',
	title: 'No connection',
	status: 0,
	detail: 'The server did not answer. Check that it is running and that you are online, then try again.',
}

const sentences: Record<number, string> = {
	401: 'You are not signed in any more.',
	403: 'This belongs to someone else.',
	404: 'There is nothing here.',
	429: 'That was too fast. Wait a moment, then try again.',
	502: 'The server is restarting. Try again in a moment.',
	503: 'The server is busy or restarting. Try again in a moment.',
	504: 'The server took too long to answer. Try again in a moment.',
}

async function answerTo(method: Method, path: string, { body, signal }: Asked) {
	const init: RequestInit = { method, headers: { accept: 'application/json' }, credentials: 'same-origin' }
	if (signal) init.signal = signal
	if (body !== undefined) {
		init.headers = { ...init.headers, 'content-type': 'application/json' }
		init.body = JSON.stringify(body)
	}
	let response: Response
	try {
		response = await fetch(`/api${path}`, init)
	} catch (error) {
		if (signal?.aborted) throw error
		throw new ApiProblem(noAnswer)
	}
	if (!response.ok) throw new ApiProblem(await problemOf(response))
	// "Done" (204) and "begun" (202) say it all without a body.
	const text = await response.text()
	return { value: text === '' ? undefined : (JSON.parse(text) as unknown), headers: response.headers }
}

function isProblem(body: unknown): body is Problem {
	return (
		typeof body === 'object' &&
		body !== null &&
		'detail' in body &&
		typeof body.detail === 'string' &&
		'status' in body
	)
}
