import { createHash, timingSafeEqual } from 'node:crypto'
import type { Config } from '#config.ts'
import type { App } from './fastify.ts'
import { HttpError } from './problem.ts'

/** What is shown, as text. */
export type Shown = { contentType: string; metrics(): Promise<string> }

/** Figures for whoever watches the server: behind a token, but for the people at its own machine. */
export function metrics(app: App, { metricsToken, localMode }: Config, shown: Shown): void {
	app.get(
		'/metrics',
		{
			config: { access: 'all', sends: { 200: 'text/plain' } },
			schema: { summary: 'Figures for Prometheus, by METRICS_TOKEN' },
		},
		async ({ headers }, reply) => {
			if (metricsToken !== undefined) {
				const presented = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
				if (!timingSafeEqual(hash(presented), hash(metricsToken)))
					throw new HttpError(401, 'The figures are behind METRICS_TOKEN, sent as Bearer.', {
						headers: { 'www-authenticate': 'Bearer' },
					})
			} else if (!localMode) throw new HttpError(403, 'Set METRICS_TOKEN to see figures of this server.')
			return reply
				.header('cache-control', 'no-store')
				.type(shown.contentType)
				.send(await shown.metrics())
		},
	)
}

function hash(text: string): Buffer {
	return createHash('sha256').update(text).digest()
}
