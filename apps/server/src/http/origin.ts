import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '#config.ts'
import type { Config } from '#config.ts'

type Where = Pick<Config, 'publicUrl' | 'host' | 'port'>

/** The addresses under which this server is itself: the public one, and on loopback its three names. */
export function ownOrigins({ publicUrl, host, port }: Where): string[] {
	const names = isLoopback(host) ? ['localhost', '127.0.0.1', '[::1]'] : []
	const aliases = names.map((name) => new URL(`http://${name}:${port}`).origin)
	return [...new Set([new URL(publicUrl).origin, ...aliases])]
}

export function isOwnOrigin(origin: string | undefined, where: Where): boolean {
	return origin !== undefined && ownOrigins(where).includes(origin.toLowerCase())
}

/** A `Host` header that is ours; a browser leaves the scheme's own port out, others may name it. */
export function isOwnHost(host: string | undefined, where: Where): boolean {
	const asked = host?.toLowerCase()
	return ownOrigins(where).some((origin) => {
		const own = new URL(origin)
		const port = own.port || (own.protocol === 'https:' ? '443' : '80')
		return asked === own.host || asked === `${own.hostname}:${port}`
	})
}

/** The first header by which a proxy speaks for somebody else. */
export function forwardingHeader(headers: IncomingHttpHeaders): string | undefined {
	return Object.keys(headers).find((name) => name === 'forwarded' || name.startsWith('x-forwarded-'))
}

export const FORWARDED_IN_LOCAL_MODE =
	'This server signs people in by name alone, for the people at this machine only, and the request came through a proxy. Set PUBLIC_URL, TRUSTED_PROXIES and the TWITCH keys to open it to others.'
