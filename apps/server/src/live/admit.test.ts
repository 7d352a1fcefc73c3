import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readConfig } from '#config.ts'
import type { Config } from '#config.ts'
import { addressOf, blockListOf, makeAdmit, networkOf } from './admit.ts'

function request(remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage {
	return { headers, socket: { remoteAddress } } as unknown as IncomingMessage
}

describe('the address of a visitor', () => {
	const trusted = blockListOf(['127.0.0.1', '10.0.0.0/8', '::1'])
	it.each([
		['of a direct visitor is the connection’s', '203.0.113.7', undefined, '203.0.113.7'],
		['cannot be made up by a direct visitor', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
		['behind our proxy is what the proxy says', '127.0.0.1', '203.0.113.7', '203.0.113.7'],
		['behind two of ours is what the outer one says', '::1', '203.0.113.7, 10.1.2.3', '203.0.113.7'],
		['behind our proxy cannot be made up either', '127.0.0.1', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
		['is the proxy’s own where it says nothing', '127.0.0.1', undefined, '127.0.0.1'],
		['is the nearest known one where nonsense is said', '127.0.0.1', 'unknown, 10.1.2.3', '10.1.2.3'],
		['is the same on a socket for both families', '::ffff:10.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
	])('%s', (_, remote, forwarded, expected) => {
		const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
		expect(addressOf(request(remote, headers), trusted)).toBe(expected)
	})
})

describe('what counts as one address', () => {
	it.each([
		['203.0.113.7', '203.0.113.7'],
		['2001:db8:0:7:1:2:3:4', '2001:db8:0:7::/64'],
		['2001:DB8:0:7::9', '2001:db8:0:7::/64'],
		['2001:db8::9', '2001:db8:0:0::/64'],
		['::1', '0:0:0:0::/64'],
	])('of %s is %s', (address, network) => {
		expect(networkOf(address)).toBe(network)
	})
})

describe('at the door', () => {
	const me = { userId: 'me', tokenHash: Buffer.from('hash') }
	const admit = (env: Record<string, string>) => {
		const read = readConfig(env)
		if (!read.ok) throw new Error(read.problem)
		const config: Config = {
			...read.settings,
			publicUrl: 'http://localhost:8000',
			secretKey: Buffer.alloc(32),
		}
		return makeAdmit({ config, findSignedIn: async (cookie) => (cookie === 'good' ? me : null) })
	}

	it('a cookie tells who it is', async () => {
		const visitor = await admit({})(request('127.0.0.1', { host: 'localhost:8000', cookie: 'good' }))
		expect(visitor).toEqual({ address: '127.0.0.1', signedIn: me })
	})

	it('nobody comes through a proxy to a server that signs people in by name alone', async () => {
		const headers = { host: 'localhost:8000', 'x-forwarded-for': '203.0.113.7' }
		expect(await admit({})(request('127.0.0.1', headers))).toMatchObject({ status: 403 })
	})
})
