import { buildGraph } from '@speedfog/core/graph/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.ts'
import { openLinux } from './game/linux-process.ts'
import { readRecording, replay } from './game/recording.ts'
import { createFakeSystem } from './game/testing/fake-system.ts'
import { openStandIns } from './game/testing/stand-in/stand-in.ts'
import { title, type Scene } from './game/testing/world.ts'
import { openMemoryOutbox } from './report/outbox.ts'
import { quickClock } from './testing/quick-clock.ts'
import { openTinyServer, tinyConfig, type TinyServer } from './testing/tiny-server.ts'
import { watchRun, type WatchOptions } from './watch.ts'

const plan = buildGraph({ layers: [['quay'], ['grotto'], ['crown']], flags: 'temporary' })
const { graph } = plan
const PATIENCE = { timeout: 20_000, interval: 20 }

const closing: (() => unknown)[] = []
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close()
})

async function serve(): Promise<TinyServer> {
	const server = await openTinyServer({ graph })
	closing.push(() => server.close())
	return server
}

function watch(server: TinyServer, source: WatchOptions['source'], more: Partial<WatchOptions> = {}) {
	const stop = new AbortController()
	closing.push(() => stop.abort())
	const waits: (string | null)[] = []
	const ended = watchRun({
		config: tinyConfig(server),
		source,
		outbox: openMemoryOutbox(),
		clock: systemClock,
		random: () => 0.5,
		version: '0.0.0',
		signal: stop.signal,
		onView: ({ waitingFor }) => waitingFor !== waits.at(-1) && waits.push(waitingFor),
		say() {},
		...more,
	})
	return { ended, waits, stop }
}

const ada: Scene = { screen: 'in_game', character: { name: 'Ada' } }
const place = { mapId: 0x0a00_0000, position: [1, 2, 3] } as const
const set = (flag: number, isSet = true) => ({ flags: [{ flag, isSet }] })

describe.runIf(process.platform === 'linux')('a run in a game of another process', () => {
	it('is reported to its end, and once more from its recording', async () => {
		const server = await serve()
		const standIns = await openStandIns()
		closing.push(() => standIns.close())
		const lines: string[] = []
		const { ended, waits } = watch(
			server,
			{ system: openLinux({ proc: standIns.proc }) },
			{ recordTo: (line) => lines.push(line) },
		)
		await vi.waitFor(() => expect(waits).toContain('Elden Ring to be started'), PATIENCE)

		const game = await standIns.start('2.6.2')
		/** The game shows it until it was polled twice, and once more for a poll that was under way. */
		async function show(scene: Scene) {
			await game.show(scene)
			const seen = lines.length + 3
			await vi.waitFor(() => expect(lines.length).toBeGreaterThanOrEqual(seen), PATIENCE)
		}
		await show({ managers: true })
		await vi.waitFor(() => expect(waits).toContain('a character to be loaded'), PATIENCE)
		await show({ screen: 'loading', character: { name: 'Ada' }, igtMs: 50 })
		await show({ ...ada, igtMs: 1_000, player: place })
		await vi.waitFor(() => expect(waits.at(-1)).toBeNull(), PATIENCE)
		await show({ deaths: 2, igtMs: 20_000 })
		await show({ ...set(plan.flag('quay', 'grotto')), igtMs: 30_000 })
		await show({ screen: 'loading', player: null, ...set(plan.flag('quay', 'grotto'), false) })
		await show({ ...ada, player: place, igtMs: 31_000 })
		await show({ ...title })
		await show({ ...ada, player: place, igtMs: 31_500, deaths: 2 })
		await show({ ...set(plan.flag('grotto', 'crown')), igtMs: 40_000 })
		await show({ screen: 'loading', player: null, ...set(plan.flag('grotto', 'crown'), false) })
		await show({ ...ada, player: place, igtMs: 41_000 })
		await game.show({ deaths: 3, igtMs: 50_000, ...set(graph.finishFlag) })
		expect(await ended).toEqual({ end: 'finished' })
		const visits = [
			{ nodeId: 'quay', flagId: null, igtMs: 0, deaths: 2 },
			{ nodeId: 'grotto', flagId: plan.flag('quay', 'grotto'), igtMs: 30_000, deaths: 0 },
			{ nodeId: 'crown', flagId: plan.flag('grotto', 'crown'), igtMs: 40_000, deaths: 1 },
		]
		expect(server.run).toMatchObject({ status: 'finished', igtMs: 50_000, deaths: 3, visits })

		const recording = readRecording(lines.join('\n'))
		if (!recording.ok) throw new Error(recording.problem)
		const again = await serve()
		const replayed = watch(again, { game: replay(recording.readings) }, { clock: quickClock(10) })
		expect(await replayed.ended).toEqual({ end: 'finished' })
		expect(again.run).toMatchObject({ status: 'finished', igtMs: 50_000, deaths: 3, visits })
	})

	it('ends when it is told to', async () => {
		const { ended, stop } = watch(await serve(), { system: createFakeSystem() })
		stop.abort()
		expect(await ended).toEqual({ end: 'stopped' })
	})
})
