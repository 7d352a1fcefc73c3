import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import { run, type Ending, type View } from './companion.ts'
import type { Config } from './config.ts'
import type { Habits } from './game/plan.ts'
import { readSeedMap } from './game/seed-map.ts'
import { createSimulatedGame, type Route } from './game/simulated-game.ts'
import type { Manner } from './report/courier.ts'
import { openMemoryOutbox, type Outbox } from './report/outbox.ts'

export type SimulateOptions = {
	config: Config
	/** The seed's graph.json, as text. */
	graphJson: string
	/** How many times faster than the clock the game runs. Default 30. */
	speed?: number
	/** Same number, same seed, same standing of the run: same play. */
	seed?: number
	as?: Manner
	habits?: Partial<Habits>
	/** Default: in memory, gone with the process. */
	outbox?: Outbox
	clock?: Clock
	random?: () => number
	version?: string
	signal?: AbortSignal
	onView?: (view: View) => void
	log?: (sentence: string) => void
}

/** How it ended, and all that was played until then. */
export type Simulated = Ending & { route: Route }

/** Plays a run with a simulated game, through the same companion as a real one, until it has ended. */
export async function simulateRun(options: SimulateOptions): Promise<Simulated> {
	const { config, graphJson, seed = 1, speed = 30, as = 'companion', clock = systemClock } = options
	const reading = readSeedMap(graphJson)
	if (!reading.ok) throw new Error(reading.problem)
	const game = createSimulatedGame(reading.map, { seed, habits: options.habits })
	let hasBegun = false
	const companion = run(
		{
			game,
			speed,
			outbox: options.outbox ?? openMemoryOutbox(),
			manner: as,
			url: `${config.serverUrl}/ws/training/${config.sessionId}`,
			modToken: config.modToken,
			seedId: config.seedId,
			version: options.version ?? '0.0.0',
			clock,
			random: options.random ?? Math.random,
		},
		{
			onGreeting({ progress }) {
				if (!hasBegun) game.begin({ ...progress, node: progress.currentZone, found: progress.history })
				hasBegun = true
			},
			onView: (view) => options.onView?.(view),
			onSay: (sentence) => options.log?.(sentence),
		},
	)
	if (options.signal?.aborted) companion.stop()
	options.signal?.addEventListener('abort', () => companion.stop(), { once: true })
	const ending = await companion.ended
	game.close()
	return { ...ending, route: game.route() }
}
