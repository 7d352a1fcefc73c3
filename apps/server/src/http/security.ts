import helmet from '@fastify/helmet'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from './fastify.ts'
import { ownOrigins } from './origin.ts'
import type { Deps } from './deps.ts'

const TWITCH_AVATARS = 'https://static-cdn.jtvnw.net'
const YEAR_S = 31_536_000

/** Security headers on every answer; what the API says is kept by no cache, but where a route says otherwise. Scripts run from our own files only, and inline where the build put them. */
export function secure(app: App, { config }: Deps, webFolder: string | undefined): void {
	// A policy cannot name an IPv6 address; there 'self' has to do, which covers sockets in today's browsers.
	const sockets = ownOrigins(config)
		.filter((origin) => !origin.includes('['))
		.map((origin) => origin.replace(/^http/, 'ws'))
	app.addHook('onRequest', async ({ url }, reply) => {
		if (url.startsWith('/api/')) reply.header('cache-control', 'no-store')
	})
	app.register(helmet, {
		contentSecurityPolicy: {
			useDefaults: false,
			directives: {
				'default-src': ["'self'"],
				'script-src': ["'self'", ...inlineScripts(webFolder)],
				'style-src': ["'self'", "'unsafe-inline'"],
				'img-src': ["'self'", 'data:', TWITCH_AVATARS],
				'connect-src': ["'self'", ...sockets],
				'object-src': ["'none'"],
				'base-uri': ["'none'"],
				'form-action': ["'self'"],
				'frame-ancestors': ["'none'"],
			},
		},
		hsts: config.publicUrl.startsWith('https:') ? { maxAge: YEAR_S, includeSubDomains: false } : false,
		xFrameOptions: { action: 'deny' },
		referrerPolicy: { policy: 'same-origin' },
	})
}

/** The hashes of the scripts inside the built pages: what starts the app before any file of it is there. */
function inlineScripts(webFolder: string | undefined): string[] {
	if (webFolder === undefined || !existsSync(webFolder)) return []
	const pages = readdirSync(webFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
		name.endsWith('.html'),
	)
	const scripts = pages.flatMap((page) => {
		const html = readFileSync(join(webFolder, page), 'utf8')
		return [...html.matchAll(/<script(?![^>]*\ssrc\s*=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, text]) => text!)
	})
	return [...new Set(scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`))]
}
