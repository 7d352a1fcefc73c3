import type { SessionDetail } from '@speedfog/core/protocol/training'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as embedded from '#database/embedded.ts'
import type { Embedded } from '#database/embedded.ts'
import { urlOf } from '#database/testing.ts'
import { silentLog } from '#log.ts'
import { modToken } from '#training/mod-token.ts'
import { startTestServer } from './testing.ts'
import type { TestServer } from './testing.ts'
import { call, connect, dial, startRun, watch } from './testing-run.ts'
import type { TestRun } from './testing-run.ts'

const KEY = 'k'.repeat(64)
const AWAY_MS = 2_000

let folder: string
let postgres: Embedded
let server: TestServer
let token: string

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'speedfog-outage-'))
	await comeBack()
	const env = { DATABASE_URL: urlOf(postgres.connection), SECRET_KEY: KEY }
	server = await startTestServer({ env })
	token = (await server.signIn('anna')).token
})
afterAll(async () => {
	await server.close()
	await postgres.stop()
	await rm(folder, { recursive: true, force: true })
})

/** Starts PostgreSQL, at the same address each time. */
async function comeBack(): Promise<void> {
	postgres = await embedded.start({ dataDir: folder, log: silentLog, isDurable: false })
}

const tokenOf = ({ id }: TestRun) => modToken(Buffer.from(KEY), id)

describe('a PostgreSQL that is stopped in mid-run', () => {
	it('[P22] costs nobody the connection and nothing that was played; REST says when to try again', async () => {
		const where = { url: server.url, token }
		const [one, two] = [await startRun(where), await startRun(where)]
		const plain = await connect(server.url, one.id, { token: tokenOf(one) })
		const acking = await connect(server.url, two.id, { token: tokenOf(two), ack: true })
		const watcher = await watch(where, one.id)
		plain.send({ type: 'event_flag', flag_id: one.gates[0]!.flag, igt_ms: 1_000 })
		await plain.wait(({ type, node_id }) => type === 'zone_update' && node_id === one.gates[0]!.node)
		acking.send({ type: 'event_flag', flag_id: two.gates[0]!.flag, igt_ms: 1_000, seq: 1 })
		await acking.wait(({ type, seq }) => type === 'ack' && seq === 1)

		await postgres.stop()
		const heard = plain.got.length
		plain.send({ type: 'status_update', igt_ms: 1_900, death_count: 2 })
		plain.send({ type: 'event_flag', flag_id: one.gates[1]!.flag, igt_ms: 2_000 })
		plain.send({ type: 'status_update', igt_ms: 2_500, death_count: 3 })
		for (const [index, { flag }] of two.gates.slice(1, 3).entries())
			acking.send({ type: 'event_flag', flag_id: flag, igt_ms: 2_000 + index, seq: 2 + index })
		await expect503('/api/training')
		await expect503(`/api/training/${one.id}/abandon`, 'POST')
		await expect503('/ready')
		expect((await fetch(`${server.url}/health`)).status).toBe(200)
		const late = await dial(server.url, one.id, { token: tokenOf(one) })
		expect(await late.closed).toBe(1013)
		await sleep(AWAY_MS)
		// Told is only what is stored.
		expect(plain.got.slice(heard)).toEqual([])
		expect(JSON.stringify(watcher.got)).not.toContain(`"current_zone":"${one.gates[1]!.node}"`)

		await comeBack()
		await plain.wait(({ type, node_id }) => type === 'zone_update' && node_id === one.gates[1]!.node)
		await acking.wait(({ type, seq }) => type === 'ack' && seq === 3)
		const isThere = (participants: unknown) =>
			(participants as { death_count: number; current_zone: string }[] | undefined)?.[0]
		await watcher.wait(({ participants }) => isThere(participants)?.death_count === 3)
		expect([plain, acking, watcher].map(({ isOpen }) => isOpen)).toEqual([true, true, true])
		const played = await call<SessionDetail>(where, `/api/training/${one.id}`)
		expect(played.visits.slice(1)).toMatchObject([
			{ node_id: one.gates[0]!.node, igt_ms: 1_000, deaths: 2 },
			{ node_id: one.gates[1]!.node, igt_ms: 2_000, deaths: 1 },
		])
		const other = await call<SessionDetail>(where, `/api/training/${two.id}`)
		expect(other.visits.slice(1).map(({ node_id }) => node_id)).toEqual(
			two.gates.slice(0, 3).map(({ node }) => node),
		)
	})
})

async function expect503(path: string, method = 'GET'): Promise<void> {
	const answer = await fetch(server.url + path, { method, headers: { authorization: `Bearer ${token}` } })
	expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '5'])
}
