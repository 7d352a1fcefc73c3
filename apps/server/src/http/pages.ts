import files from '@fastify/static'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './fastify.ts'
import { HttpError, sendProblem } from './problem.ts'

const FALLBACK = '200.html'

/** The built web app: its files, and for every other path of a page the one that draws it. */
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
	const fileOf = built ? pageFiles(webFolder) : undefined
	const methods = methodsByPath(app)
	app.setNotFoundHandler((request, reply) => {
		const allowed = methods(request)
		if (allowed.length > 0 && !allowed.includes(request.method)) return answerMethod(reply, allowed)
		if (!isPage(request)) return sendProblem(reply, new HttpError(404, 'There is nothing at this address.'))
		if (fileOf) return reply.sendFile(fileOf(pathOf(request)))
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
function isPage(request: FastifyRequest): boolean {
	const { method } = request
	const path = pathOf(request)
	if (method !== 'GET' && method !== 'HEAD') return false
	return !/^\/(api|ws|_app|health|ready|metrics)(\/|$)/.test(path) && !path.split('/').at(-1)!.includes('.')
}

/** A page's own file, else the one named `_` for all pages of its folder, else the one for every page. */
function pageFiles(webFolder: string): (path: string) => string {
	const files = new Set(readdirSync(webFolder, { recursive: true, encoding: 'utf8' }))
	return (path) => {
		if (path.endsWith('/')) return FALLBACK
		const folder = path.slice(1, path.lastIndexOf('/') + 1)
		return [`${path.slice(1)}.html`, `${folder}_.html`].find((file) => files.has(file)) ?? FALLBACK
	}
}

const pathOf = ({ url }: FastifyRequest) => url.split('?', 1)[0]!

/** Which methods the routes registered so far and later take at a request's path; files are no routes. */
function methodsByPath(app: App): (request: FastifyRequest) => string[] {
	const routes: { pattern: RegExp; methods: string[] }[] = []
	app.addHook('onRoute', ({ url, method }) => {
		if (url.includes('*')) return
		const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replace(/:[^/]+/g, '[^/]+')}$`)
		routes.push({ pattern, methods: [method].flat() })
	})
	return (request) => {
		const path = pathOf(request)
		return [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))]
	}
}
