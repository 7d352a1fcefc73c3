import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { testApp } from '#http/testing.ts'
import { startTestServer } from './testing.ts'
import type { TestServer } from './testing.ts'

let server: TestServer

beforeAll(async () => {
	server = await startTestServer({ env: { METRICS_TOKEN: 'hush' } })
})
afterAll(() => server.close())

const ask = (authorization?: string) =>
	fetch(`${server.url}/metrics`, authorization === undefined ? {} : { headers: { authorization } })

/** The figures by name, with labels as they are written. */
async function figures(): Promise<Record<string, number>> {
	const answer = await ask('Bearer hush')
	expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
	const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
	return Object.fromEntries(
		lines.map((line) => {
			const at = line.lastIndexOf(' ')
			return [line.slice(0, at), Number(line.slice(at + 1))]
		}),
	)
}

async function dial(path: string, auth: object): Promise<WebSocket> {
	const socket = new WebSocket(`${server.wsUrl}${path}`)
	onTestFinished(() => socket.terminate())
	socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', ...auth })))
	await new Promise((resolve) => socket.once('message', resolve))
	return socket
}

describe('figures', () => {
	it('are there for every alert that is shipped', async () => {
		const alerts = await readFile(join(import.meta.dirname, '../../../deploy/alerts.yml'), 'utf8')
		const wanted = alerts.match(/speedfog_\w+(\{[^}]*\})?/g)!
		expect(wanted.length).toBeGreaterThan(4)
		const shown = Object.keys(await figures()).map((name) => name.replace('{le="+Inf"}', ''))
		expect(shown).toEqual(expect.arrayContaining(wanted))
	})

	it('follow what goes on: sockets, sessions, frames, commits', async () => {
		const before = await figures()
		expect(before).toMatchObject({ speedfog_sockets: 0, speedfog_sessions: 0, speedfog_journal_depth: 0 })
		const { token } = await server.signIn('Anna')
		const headers = { authorization: `Bearer ${token}` }
		const started = await fetch(`${server.url}/api/training`, { method: 'POST', headers })
		const { id } = (await started.json()) as { id: string }
		const pack = await (await fetch(`${server.url}/api/training/${id}/pack`, { headers })).text()
		const mod = await dial(`/ws/training/${id}`, { mod_token: /mod_token = "([^"]+)"/.exec(pack)![1]! })
		await dial(`/ws/training/${id}/spectate`, { token })
		mod.send('{"type":"status_update","igt_ms":1000,"death_count":0}')
		mod.send('nonsense')
		let after = await figures()
		for (; after['speedfog_bad_frames_total'] !== 1; after = await figures()) await sleep(20)
		expect(after).toMatchObject({
			speedfog_sockets: 2,
			speedfog_sessions: 1,
			speedfog_mods: 1,
			speedfog_rooms: 1,
			// Two greetings, a status and nonsense.
			speedfog_frames_in_total: 4,
			speedfog_dropped_spectators_total: 0,
			speedfog_journal_away: 0,
			speedfog_bus_away: 0,
			speedfog_commit_retries_total: 0,
			'speedfog_build{version="0.1.0"}': 1,
		})
		// To the mod auth_ok, race_start, zone_update and an error; to the spectator race_state and figures.
		expect(after['speedfog_frames_out_total']).toBeGreaterThanOrEqual(6)
		for (; after['speedfog_commit_seconds_count'] === 0; after = await figures()) await sleep(50)
		expect(after['speedfog_commit_sessions_sum']).toBe(after['speedfog_commit_sessions_count'])
	})

	it('tell how late the event loop was since the last look', async () => {
		await figures()
		await sleep(100)
		const endMs = performance.now() + 300
		while (performance.now() < endMs);
		await sleep(50)
		const worst = (await figures())['speedfog_event_loop_delay_seconds{quantile="1"}']!
		expect(worst).toBeGreaterThan(0.2)
		expect(worst).toBeLessThan(10)
	})

	it.each([undefined, 'Bearer', 'Bearer hus', 'Bearer hushh', 'Basic hush', 'hush'])(
		'are not shown by %j where METRICS_TOKEN is set',
		async (authorization) => {
			const answer = await ask(authorization)
			expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
		},
	)

	it('without a token are shown to the people at this machine only', async () => {
		const twitch = { clientId: 'a', clientSecret: 'b', baseUrl: 'http://x', apiUrl: 'http://x' }
		const [local, open] = [await testApp(), await testApp({ config: { localMode: false, twitch } })]
		expect((await local.call({ url: '/metrics' })).statusCode).toBe(200)
		expect((await open.call({ url: '/metrics', headers: { authorization: 'Bearer ' } })).statusCode).toBe(403)
		await local.close()
		await open.close()
	})
})
