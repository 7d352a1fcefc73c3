import { expect, it } from 'vitest'
import { fakeClock } from '#live/testing/fake-clock.ts'
import { wire } from '#live/testing/wire-bus.ts'
import { silentLog } from '#log.ts'
import type { Claims } from './claims.ts'
import { Relay } from './relay.ts'

it('says that a session is free which cannot be read from the database', async () => {
	const network = wire()
	const [here, there] = ['here', 'there'].map((replica) => {
		const bus = network.join()
		const relay = new Relay({
			bus,
			claims: { replica } as Claims,
			clock: fakeClock(),
			log: silentLog,
			loading: () => Promise.reject(new Error('the database is away')),
			endToken() {},
			endMissedTokens() {},
			dismissUser() {},
		})
		return relay
	}) as [Relay, Relay]
	void there
	expect(await here.ask('there', 'a session')).toBe('free')
})
