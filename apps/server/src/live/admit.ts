import { BlockList, isIP } from 'node:net'
import type { IncomingMessage } from 'node:http'
import type { Config } from '#config.ts'
import { FORWARDED_IN_LOCAL_MODE, forwardingHeader, isOwnHost, isOwnOrigin } from '#http/origin.ts'
import type { Refusal, SignedIn, Visitor } from './upgrade.ts'

export type AdmitOptions = {
	config: Config
	/** Whose `Cookie` header this is. */
	findSignedIn(cookie: string): Promise<SignedIn | null>
}

/** The checks of every HTTP request, for the one kind that does not go through the HTTP side. */
export function makeAdmit({ config, findSignedIn }: AdmitOptions) {
	const trusted = blockListOf(config.trustedProxies)
	return async (request: IncomingMessage): Promise<Visitor | Refusal> => {
		const { host, origin, cookie } = request.headers
		if (config.localMode && forwardingHeader(request.headers) !== undefined)
			return { status: 403, detail: FORWARDED_IN_LOCAL_MODE }
		if (!isOwnHost(host, config))
			return {
				status: 421,
				detail: `This server is ${config.publicUrl} and does not answer for other names.`,
			}
		// Programs send no Origin; a page of another site cannot leave it out.
		if (origin !== undefined && !isOwnOrigin(origin, config))
			return { status: 403, detail: 'Pages of other sites cannot connect here.' }
		return {
			address: networkOf(addressOf(request, trusted)),
			signedIn: cookie === undefined ? null : await findSignedIn(cookie),
		}
	}
}

/** The nearest address that is no proxy of ours, so that nobody can make one up. */
export function addressOf(request: IncomingMessage, trusted: BlockList): string {
	const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',')
	const hops = forwarded.split(',').map((hop) => hop.trim())
	let address = plain(request.socket.remoteAddress ?? '')
	while (isTrusted(address, trusted)) {
		const before = plain(hops.pop() ?? '')
		if (isIP(before) === 0) break
		address = before
	}
	return address
}

/** What counts as one address: whoever has one of IPv6 has the 2^64 beside it as well. */
export function networkOf(address: string): string {
	if (isIP(address) !== 6) return address
	const [start = '', end] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''))
	const groups = end ? [...start, ...Array<string>(8 - start.length - end.length).fill('0'), ...end] : start
	return `${[...groups]
		.slice(0, 4)
		.map((group) => parseInt(group, 16).toString(16))
		.join(':')}::/64`
}

export function blockListOf(proxies: readonly string[]): BlockList {
	const list = new BlockList()
	for (const proxy of proxies) {
		const [address = '', bits] = proxy.split('/')
		const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
		if (bits === undefined) list.addAddress(address, family)
		else list.addSubnet(address, Number(bits), family)
	}
	return list
}

function isTrusted(address: string, trusted: BlockList): boolean {
	const family = isIP(address)
	return family !== 0 && trusted.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** An IPv4 address as a socket open for both families shows it: `::ffff:10.0.0.1`. */
function plain(address: string): string {
	return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
