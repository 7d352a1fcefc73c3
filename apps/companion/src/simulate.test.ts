import { drawGraph } from '@speedfog/core/graph/testing'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createRandom } from './game/random.ts'
import { openOutbox } from './report/outbox.ts'
import { simulateRun, type SimulateOptions } from './simulate.ts'
import { openTinyServer, tinyConfig, type TinyServer, type TinyServerOptions } from './testing/tiny-server.ts'

const { json, graph } = drawGraph([2, 3, 2, 3], createRandom(4))
const graphJson = JSON.stringify(json)
const closing: (() => unknown)[] = []
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close()
})

async function serve(options: Partial<TinyServerOptions> = {}): Promise<TinyServer> {
	const server = await openTinyServer({ graph, ...options })
	closing.push(() => server.close())
	return server
}

const playOn = (server: TinyServer, options: Partial<SimulateOptions> = {}) =>
	simulateRun({ config: tinyConfig(server), graphJson, speed: 4_000, random: () => 0, ...options })

function folder(): string {
	const path = mkdtempSync(join(tmpdir(), 'simulate-'))
	closing.push(() => rmSync(path, { recursive: true, force: true }))
	return path
}

const outboxIn = (path: string) =>
	openOutbox(join(path, 'outbox.jsonl'), (problem) => expect.unreachable(problem))

describe('simulateRun', () => {
	it.each(['companion', 'mod'] as const)('as %s tells a server exactly what was played', async (as) => {
		const server = await serve()
		const { end, route } = await playOn(server, { as })
		expect(end).toBe('finished')
		expect(server.run.visits).toEqual(route.visits)
		expect(server.run).toMatchObject({ deaths: route.deaths, igtMs: route.finishIgtMs })
		expect(server.auths[0]?.client?.features).toEqual(as === 'companion' ? ['ack'] : undefined)
	})

	it('[C8] loses and doubles nothing when the link breaks again and again', async () => {
		const server = await serve({ cutAt: 7 })
		const { route } = await playOn(server, { seed: 2 })
		const told = new Set(server.run.visits.map(({ flagId }) => flagId))
		const lost = route.visits.filter(({ flagId }) => !told.has(flagId))
		process.stdout.write(`${server.auths.length} connections, ${told.size} gates: ${lost.length} lost\n`)
		expect(server.auths.length).toBeGreaterThan(2)
		expect(server.run.visits).toEqual(route.visits)
		expect(server.run).toMatchObject({ deaths: route.deaths, igtMs: route.finishIgtMs })
	})

	it('[C8] tells after a restart what an earlier process could not', async () => {
		const path = folder()
		const first = await serve()
		const stop = new AbortController()
		const outbox = outboxIn(path)
		const played = playOn(first, { seed: 3, speed: 500, outbox, signal: stop.signal })
		await until(() => first.run.visits.length > 1)
		await first.close()
		await until(() => outbox.queue().entries.some(({ message }) => message.type === 'event_flag'))
		stop.abort()
		const { end, route } = await played
		outbox.close()
		expect(end).toBe('stopped')

		const second = await serve()
		Object.assign(second.run, first.run)
		const rest = await playOn(second, { seed: 9, outbox: outboxIn(path) })
		expect(rest.end).toBe('finished')
		const told = second.run.visits.map(({ flagId }) => flagId)
		const known = route.visits.filter(({ flagId }) => flagId !== null && outbox.queue().reported.has(flagId))
		for (const { flagId } of known) expect(told.filter((id) => id === flagId)).toHaveLength(1)
	})

	it('plays on from where the run stands', async () => {
		const server = await serve()
		const stop = new AbortController()
		const first = playOn(server, { seed: 5, speed: 500, signal: stop.signal })
		await until(() => server.run.visits.length > 2)
		stop.abort()
		await first
		const { igtMs, deaths } = server.run
		const before = server.run.visits.length
		const { end, route } = await playOn(server, { seed: 6 })
		expect(end).toBe('finished')
		expect(route.visits[0]).toMatchObject({ nodeId: server.run.visits[before - 1]?.nodeId })
		expect(route.visits[0]?.igtMs).toBeGreaterThanOrEqual(igtMs - 1)
		expect(route.deaths).toBeGreaterThanOrEqual(deaths)
		expect(server.run.visits.slice(before)).toEqual(route.visits.slice(1))
	})

	it('[C10] stops when the run is abandoned', async () => {
		const server = await serve()
		const played = playOn(server, { speed: 100 })
		await until(() => server.run.visits.length > 0)
		server.run.status = 'abandoned'
		server.send({ type: 'race_status_change', status: 'abandoned', started_at: null })
		expect(await played).toMatchObject({ end: 'abandoned' })
	})

	it('[C9] ends with the words of a refusal', async () => {
		const server = await serve({ refuse: () => ({ message: 'Invalid mod token or session', code: 4003 }) })
		expect(await playOn(server)).toMatchObject({ end: 'refused', why: 'Invalid mod token or session' })
	})

	it('stops at a run on another seed than the pack', async () => {
		const server = await serve()
		const config = { ...tinyConfig(server), seedId: '0197c0de-0000-7000-8000-00000000000f' }
		expect(await playOn(server, { config })).toMatchObject({
			end: 'refused',
			why: 'The run is on another seed than this pack',
		})
	})

	it('[P31] stays below the frames a server allows, at any speed', async () => {
		const server = await serve()
		await playOn(server, { speed: 10_000, habits: { clumsy: 2 } })
		const at = server.run.framesAtMs
		const most = Math.max(...at.map((from) => at.filter((ms) => ms >= from && ms < from + 5_000).length))
		expect(most).toBeLessThanOrEqual(250)
	})

	it('refuses a graph that cannot be played', async () => {
		const server = await serve()
		await expect(playOn(server, { graphJson: '{}' })).rejects.toThrow('graph.json cannot be played')
	})
})

async function until(isSo: () => boolean) {
	while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}
