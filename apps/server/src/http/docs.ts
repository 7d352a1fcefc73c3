import { Problem } from '@speedfog/core/protocol/problem'
import swagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { version } from '../../package.json'
import type { App } from './fastify.ts'

const DESCRIPTION =
	'Errors are problem documents (RFC 9457). A 503 (with Retry-After) to a call that changes something says in its ' +
	'detail where the change may have been made all the same: look before trying again.'

/** Must be registered before the routes it is to tell of. */
export function describeRoutes(app: App): void {
	app.register(swagger, {
		openapi: {
			openapi: '3.1.0',
			info: { title: 'SpeedFog Training', version, description: DESCRIPTION },
			components: {
				securitySchemes: {
					cookie: { type: 'apiKey', in: 'cookie', name: 'speedfog_session' },
					bearer: { type: 'http', scheme: 'bearer' },
				},
			},
		},
		transform: (route) => {
			const { schema, url } = jsonSchemaTransform(route)
			const { access, sends = {} } = route.route.config ?? {}
			if (access === undefined) return { schema: { ...schema, hide: true }, url }
			const response = { ...(schema.response as object | undefined), ...answersOf(sends) }
			const told = Object.keys(response).length > 0 ? { ...schema, response } : schema
			return {
				schema: access === 'all' ? told : { ...told, security: [{ cookie: [] }, { bearer: [] }] },
				url,
			}
		},
		transformObject: (route) => {
			const document = jsonSchemaTransformObject(route)
			withProblems(document as OpenApi)
			return document
		},
	})
}

/** Answers that no schema checks. */
function answersOf(sends: Record<number, string>): object {
	const answers = Object.entries(sends).map(([status, type]) => {
		const schema = type.startsWith('text/') ? { type: 'string' } : { type: 'string', format: 'binary' }
		return [status, { description: '', content: { [type]: { schema } } }] as const
	})
	return Object.fromEntries(answers)
}

type OpenApi = { paths?: Record<string, Record<string, { responses?: Record<string, Answer> }>> }
type Answer = { description: string; content?: unknown }

/** Every call may be answered by a problem, whatever else it says. */
function withProblems(document: OpenApi): void {
	const operations = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path))
	for (const operation of operations) {
		const answers = Object.entries(operation.responses ?? {})
		for (const [status, answer] of answers) answer.description = STATUS_CODES[status] ?? ''
		operation.responses = { ...operation.responses, default: PROBLEM }
	}
}

const PROBLEM: Answer = {
	description: 'A problem: 4xx for what the caller can change, 5xx for what lies with the server',
	content: { 'application/problem+json': { schema: { $ref: `#/components/schemas/${Problem.meta()!.id}` } } },
}

export function docs(app: App): void {
	const hidden = { config: { access: 'all' }, schema: { hide: true } } as const
	app.get('/api/openapi.json', hidden, async () => app.swagger())
	app.get('/api/docs', hidden, async (_, reply) =>
		reply.type('text/html').send(page(app.swagger() as Document)),
	)
}

type Operation = { summary?: string; security?: unknown[]; responses?: Record<string, unknown> }
type Document = { info: { title: string; version: string }; paths: Record<string, Record<string, Operation>> }

function page({ info, paths }: Document): string {
	const rows = Object.entries(paths).flatMap(([path, operations]) =>
		Object.entries(operations).map(
			([method, { summary = '', security, responses = {} }]) =>
				`<tr><td><code>${escape(method.toUpperCase())}</code></td><td><code>${escape(path)}</code></td>` +
				`<td>${security ? 'signed in' : 'all'}</td><td>${escape(summary)}</td>` +
				`<td>${escape(Object.keys(responses).join(' '))}</td></tr>`,
		),
	)
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(info.title)}: API</title>
<style>
:root { color-scheme: dark; background: #11151c; color: #e6e1d3; font: 16px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
.table { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #333b49; padding: .4rem .6rem; text-align: left }
a { color: #e0b64c }
</style>
<h1>${escape(info.title)}: API ${escape(info.version)}</h1>
<p>Sign in by cookie or by <code>Authorization: Bearer</code> with an API token. Every schema is in
<a href="/api/openapi.json">openapi.json</a>; errors are problem documents (RFC 9457).</p>
<div class="table"><table>
<thead><tr><th>Method</th><th>Path</th><th>Who</th><th>What</th><th>Answers</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table></div>
</html>`
}

function escape(text: string): string {
	return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** For answers without a body. */
export const nothing = z.undefined()
