import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ApiProblem } from './request.ts'
import { nextLink, request, requestPage } from './request.ts'

const answer = (status: number, body?: unknown, headers: Record<string, string> = {}) =>
	vi.stubGlobal(
		'fetch',
		vi.fn(() =>
			Promise.resolve(
				new Response(body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body), {
					status,
					headers,
				}),
			),
		),
	)
const problemFrom = (work: Promise<unknown>) =>
	work.then(
		() => undefined,
		(error: unknown) => (error as ApiProblem).problem,
	)

afterEach(() => vi.unstubAllGlobals())

describe('request', () => {
	it('sends JSON below /api and returns the answer', async () => {
		answer(201, { id: 1 })
		expect(await request('POST', '/training', { body: { pool_name: 'x' } })).toEqual({ id: 1 })
		expect(fetch).toHaveBeenCalledWith(
			'/api/training',
			expect.objectContaining({ method: 'POST', body: '{"pool_name":"x"}' }),
		)
	})

	it('takes 204 for an answer without words', async () => {
		answer(204)
		expect(await request('POST', '/auth/logout')).toBeUndefined()
	})

	it('tells the sentence of a problem document', async () => {
		answer(409, { type: 'about:blank', title: 'Conflict', status: 409, detail: 'You have 20 active runs.' })
		expect((await problemFrom(request('GET', '/x')))?.detail).toBe('You have 20 active runs.')
	})

	it('finds words for an answer that is no problem document', async () => {
		answer(502, '<html>Bad gateway</html>')
		expect(await problemFrom(request('GET', '/x'))).toMatchObject({
			status: 502,
			detail: 'The server is restarting. Try again in a moment.',
		})
	})

	it('says that no answer came when there is no network', async () => {
		vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
		expect(await problemFrom(request('GET', '/x'))).toMatchObject({ status: 0, title: 'No connection' })
	})

	it('tells where the next page of a list is', async () => {
		answer(200, [1, 2], { link: '</api/training?limit=2&cursor=abc>; rel="next"' })
		expect(await requestPage('/training')).toEqual({ items: [1, 2], next: '/training?limit=2&cursor=abc' })
	})
})

describe('nextLink', () => {
	it('finds the next page among other links', () => {
		expect(nextLink('<https://x.org/api/a?c=1,2>; rel="prev", <https://x.org/api/b?c=3>; rel="next"')).toBe(
			'/b?c=3',
		)
	})

	it('is null without one', () => {
		expect(nextLink(null)).toBe(null)
		expect(nextLink('</api/a>; rel="last"')).toBe(null)
	})
})
