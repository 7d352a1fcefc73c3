import { refusals } from '@speedfog/core/run/refusals'
import { buildGraph } from '@speedfog/core/graph/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock, type Clock } from './clock.ts'
import { run, type Companion, type View } from './companion.ts'
import { openMemoryOutbox, type Outbox } from './report/outbox.ts'
import { loading, world } from './report/testing/snapshots.ts'
import type { Reading } from './snapshot.ts'
import { quickClock } from './testing/quick-clock.ts'
import { openTinyServer, tinyConfig, type TinyServer, type TinyServerOptions } from './testing/tiny-server.ts'

const built = buildGraph({ layers: [['quay'], ['grotto'], ['crown']] })
const { graph } = built
const GATE = built.flag('quay', 'grotto')
const BOSS_GATE = built.flag('grotto', 'crown')
const flags = (...set: number[]) => new Map(graph.eventIds.map((flag) => [flag, set.includes(flag)]))
const standing = (igtMs: number, ...set: number[]) =>
	world({ igtMs, flags: flags(...set), mapId: 'm90_00_00_00' })

const closing: (() => unknown)[] = []
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close()
})

async function serve(options: Partial<TinyServerOptions> = {}): Promise<TinyServer> {
	const server = await openTinyServer({ graph, ...options })
	closing.push(() => server.close())
	return server
}

/** A companion beside a game that shows whatever `screen.shows` says. */
function begin(server: TinyServer, outbox: Outbox = openMemoryOutbox(), clock: Clock = systemClock) {
	const { sessionId, modToken, seedId, serverUrl } = tinyConfig(server)
	const screen: { shows: Reading; polls: number } = { shows: standing(60_000), polls: 0 }
	const said: string[] = []
	let view: View | undefined
	const companion: Companion = run(
		{
			game: {
				watch() {},
				read() {
					screen.polls++
					return screen.shows
				},
				close() {},
			},
			speed: 20,
			outbox,
			manner: 'companion',
			url: `${serverUrl}/ws/training/${sessionId}`,
			modToken,
			seedId,
			version: '1.2.3',
			clock,
			random: () => 0,
		},
		{
			onView: (shown) => (view = { ...shown }),
			onSay: (sentence) => said.push(sentence),
			onGreeting() {},
		},
	)
	closing.push(() => companion.stop())
	return { companion, screen, said, outbox, view: () => view as View }
}

const flagsTold = ({ told }: TinyServer) =>
	told.flatMap((message) => (message.type === 'event_flag' ? [message.flag_id] : []))
const until = (isSo: () => void) => vi.waitFor(isSo, { timeout: 10_000, interval: 10 })

describe('a companion', () => {
	it('shows the run as the game and the server have it', async () => {
		const server = await serve()
		const { view } = begin(server)
		await until(() => {
			expect(view()).toMatchObject({
				link: { state: 'live' },
				scene: 'world',
				igtMs: 60_000,
				deaths: 0,
				zone: { nodeId: 'quay' },
				totalLayers: 3,
				status: 'running',
			})
		})
		expect(server.auths[0]?.client).toEqual({
			name: 'speedfog-companion',
			version: '1.2.3',
			features: ['ack'],
		})
	})

	it('[C8] records while the server is away, from what the disk knows of the run', async () => {
		const server = await serve()
		await server.close()
		const outbox = openMemoryOutbox()
		const watch = { flags: graph.eventIds, finishFlag: graph.finishFlag }
		outbox.record({ type: 'watch', watch, startedAtMs: Date.now() })
		const { screen } = begin(server, outbox)
		await until(() => expect(screen.polls).toBeGreaterThan(5))
		screen.shows = standing(61_000, GATE)
		await until(() => expect(outbox.queue().held).toHaveLength(1))
		screen.shows = loading()
		const before = screen.polls
		await until(() => expect(screen.polls).toBeGreaterThan(before + 5))
		screen.shows = standing(64_000, GATE)
		await until(() => {
			expect(outbox.queue().entries.map(({ message }) => message)).toContainEqual({
				type: 'event_flag',
				flag_id: GATE,
				igt_ms: 61_000,
			})
		})
	})

	it('looks at nothing while another client reports, and tells what the save holds when it takes over', async () => {
		const message = 'Already connected from another client'
		const server = await serve({ refuse: (attempt) => (attempt < 2 ? { message, code: 4003 } : undefined) })
		const outbox = openMemoryOutbox()
		const watch = { flags: graph.eventIds, finishFlag: graph.finishFlag }
		outbox.record({ type: 'watch', watch, startedAtMs: Date.now() })
		const { screen, said, view } = begin(server, outbox, quickClock(30))
		screen.shows = standing(61_000, GATE)
		await until(() => expect(view().link).toMatchObject({ state: 'waiting', occupied: true }))
		await new Promise((resolve) => setTimeout(resolve, 200))
		expect(screen.polls).toBe(0)
		expect(outbox.queue().entries).toEqual([])
		await until(() => expect(flagsTold(server)).toEqual([GATE]))
		expect(said).toEqual(['The in-game mod already reports this run; the companion is not needed'])
	})

	it('[C8] brings what it kept to a run that has ended meanwhile, and ends when all of it is answered', async () => {
		const server = await serve()
		server.run.status = 'finished'
		const outbox = openMemoryOutbox()
		const message = { type: 'event_flag' as const, flag_id: GATE, igt_ms: 61_000 }
		for (let flag = 0; flag < 5; flag++) outbox.record({ type: 'add', message })
		const { companion } = begin(server, outbox)
		expect(await companion.ended).toEqual({ end: 'finished' })
		expect(server.run.acked).toBe(5)
		expect(outbox.queue().entries).toEqual([])
	})

	it('[C8] tells of a finish during a link failure, with its own time, as soon as there is a link again', async () => {
		const server = await serve()
		const { companion, screen, view } = begin(server)
		await until(() => expect(view().scene).toBe('world'))
		server.cut()
		await until(() => expect(view().link.state).not.toBe('live'))
		screen.shows = standing(99_000, graph.finishFlag)
		expect(await companion.ended).toEqual({ end: 'finished' })
		expect(flagsTold(server)).toEqual([graph.finishFlag])
		expect(server.run.igtMs).toBe(99_000)
	})

	it('[C11] says once how many items it cannot give', async () => {
		const items = [
			{ id: 1, qty: 1 },
			{ id: 2, qty: 1 },
		]
		const server = await serve({ graph: { ...graph, spawnItems: items } })
		const { said, view } = begin(server)
		await until(() => expect(view().zone).not.toBeNull())
		server.cut()
		await until(() => expect(server.auths).toHaveLength(2))
		await until(() => expect(view().link.state).toBe('live'))
		expect(said).toEqual([
			'2 items of the care package are not given by the companion: only the in-game mod can',
		])
	})

	it('[C11] says nothing of items where there are none', async () => {
		const { said, view } = begin(await serve())
		await until(() => expect(view().zone).not.toBeNull())
		expect(said).toEqual([])
	})

	it('[C7] waits for another character when the server knows the save for an old one', async () => {
		const server = await serve()
		const { screen, said, outbox } = begin(server)
		screen.shows = standing(61_000, GATE, BOSS_GATE)
		await until(() => expect(flagsTold(server)).toEqual([GATE, BOSS_GATE]))
		server.send({ type: 'error', message: refusals.oldSave })
		await until(() =>
			expect(said).toContain('This save was played before the run was made: start a new character'),
		)
		expect(outbox.queue().reported.size).toBe(0)
		const fresh = { character: { name: 'New', slot: 1, newGamePlus: 0 }, mapId: 'm90_00_00_00' }
		screen.shows = world({ ...fresh, igtMs: 3_000, flags: flags() })
		await until(() => expect(outbox.queue().character?.name).toBe('New'))
		screen.shows = world({ ...fresh, igtMs: 4_000, flags: flags(GATE) })
		await until(() => expect(outbox.queue().held).toHaveLength(1))
	})
})
