import files from '@fastify/static'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './fastify.ts'
import { HttpError, sendProblem } from './problem.ts'

const FALLBACK = '200.html'

/** The built web app: its files, and for every other path of a page the one page that draws them all. */
export function pages(app: App, webFolder: string | undefined): void {
	const built = webFolder !== undefined && existsSync(join(webFolder, FALLBACK))
	if (built)
		app.register(files, {
			root: webFolder,
			preCompressed: true,
			cacheControl: false,
			setHeaders: (reply, path) => {
				// Their names change with their content; all else is asked for again and mostly answered 304.
				const immutable = path.startsWith(join(webFolder, '_app', 'immutable'))
				reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
			},
		})
	const methods = methodsByPath(app)
	app.setNotFoundHandler((request, reply) => {
		const allowed = methods(request)
		if (allowed.length > 0 && !allowed.includes(request.method)) return answerMethod(reply, allowed)
		if (!isPage(request)) return sendProblem(reply, new HttpError(404, 'There is nothing at this address.'))
		if (built) return reply.sendFile(FALLBACK)
		sendProblem(
			reply,
			new HttpError(404, 'The web pages are not built: run npm run build, then start again.'),
		)
	})
}

function answerMethod(reply: FastifyReply, allowed: string[]): void {
	const allow = allowed.join(', ')
	sendProblem(reply, new HttpError(405, `This address takes ${allow}.`, { headers: { allow } }))
}

/** A missing file must not be answered by a page: the browser would take it for a script. */
function isPage({ method, url }: FastifyRequest): boolean {
	const path = url.split('?', 1)[0]!
	if (method !== 'GET' && method !== 'HEAD') return false
	return !/^\/(api|ws|_app|health|ready|metrics)(\/|$)/.test(path) && !path.split('/').at(-1)!.includes('.')
}

/** Which methods the routes registered so far and later take at a request's path; files are no routes. */
function methodsByPath(app: App): (request: FastifyRequest) => string[] {
	const routes: { pattern: RegExp; methods: string[] }[] = []
	app.addHook('onRoute', ({ url, method }) => {
		if (url.includes('*')) return
		const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replace(/:[^/]+/g, '[^/]+')}$`)
		routes.push({ pattern, methods: [method].flat() })
	})
	return ({ url }) => {
		const path = url.split('?', 1)[0]!
		return [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))]
	}
}
