import { describe, inject } from 'vitest'
import { clientConfig } from '#database/database.ts'
import { onServer } from '#database/testing-setup.ts'
import { emptyDatabase } from '#database/testing.ts'
import { silentLog } from '#log.ts'
import { openNotifyBus } from './bus-notify.ts'
import { openRedisBus } from './bus-redis.ts'
import { busContract } from './testing/bus-contract.ts'
import { installation, isInstalled, startRedis } from './testing/redis-server.ts'
import { wire } from './testing/wire-bus.ts'
import type { WireBus } from './testing/wire-bus.ts'

describe('the bus over PostgreSQL', () => {
	busContract(async () => {
		const database = await emptyDatabase()
		const { server } = inject('postgres')
		const { rows } = await database.pool.query<{ name: string }>('select current_database() as name')
		const name = rows[0]!.name
		return {
			open: () => openNotifyBus(clientConfig(database.connection), silentLog),
			async goAway() {
				await onServer(server, `alter database ${name} allow_connections false`)
				await onServer(
					server,
					`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
				)
			},
			comeBack: () => onServer(server, `alter database ${name} allow_connections true`),
			close: () => database.drop(),
		}
	})
})

describe.skipIf(!isInstalled())(`the bus over Redis (needs: ${installation})`, () => {
	busContract(async () => {
		const redis = await startRedis()
		return {
			open: () => openRedisBus(redis.url, silentLog),
			goAway: redis.stop,
			comeBack: redis.start,
			close: redis.stop,
		}
	})
})

describe('the bus that tests use', () => {
	busContract(async () => {
		const network = wire()
		const ends: WireBus[] = []
		let isAway = false
		const cutAll = (cut: boolean) => {
			isAway = cut
			for (const end of ends) end.cut(cut)
		}
		return {
			async open() {
				const end = network.join()
				end.cut(isAway)
				ends.push(end)
				return end
			},
			goAway: async () => cutAll(true),
			comeBack: async () => cutAll(false),
			close: async () => {},
		}
	})
})
