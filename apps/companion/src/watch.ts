import type { Clock } from './clock.ts'
import { run, type Ending, type View } from './companion.ts'
import type { Config } from './config.ts'
import { openMemoryGame } from './game/memory-game.ts'
import { record } from './game/recording.ts'
import type { System } from './game/memory.ts'
import type { Outbox } from './report/outbox.ts'
import type { Game } from './snapshot.ts'

export type WatchOptions = {
	config: Config
	/** Where the game runs, or a game to be watched instead of a real one. */
	source: { system: System } | { game: Game }
	outbox: Outbox
	clock: Clock
	random: () => number
	version: string
	signal: AbortSignal
	onView: (view: View & { waitingFor: string | null }) => void
	say: (sentence: string) => void
	/** For the log alone. */
	note?: (sentence: string) => void
	/** Takes a line for each poll. */
	recordTo?: ((line: string) => void) | undefined
}

/** Watches a game and reports the run of `config` until it has ended. */
export async function watchRun(options: WatchOptions): Promise<Ending> {
	const { config, source, clock, say, signal } = options
	let view: View | undefined
	let waitingFor: string | null = null

	function show() {
		if (!view) return
		const isAtMenu = view.link.state === 'live' && view.scene === 'menu'
		options.onView({ ...view, waitingFor: waitingFor ?? (isAtMenu ? 'a character to be loaded' : null) })
	}

	const seen =
		'game' in source
			? source.game
			: openMemoryGame({
					system: source.system,
					clock,
					say,
					note: options.note,
					onWaiting(what) {
						waitingFor = what
						show()
					},
				})
	const game = options.recordTo ? record(seen, options.recordTo) : seen
	const companion = run(
		{
			game,
			speed: 1,
			outbox: options.outbox,
			manner: 'companion',
			url: `${config.serverUrl}/ws/training/${config.sessionId}`,
			modToken: config.modToken,
			seedId: config.seedId,
			version: options.version,
			clock,
			random: options.random,
		},
		{
			onView(changed) {
				view = changed
				show()
			},
			onSay: say,
			onGreeting() {},
		},
	)
	if (signal.aborted) companion.stop()
	signal.addEventListener('abort', () => companion.stop(), { once: true })
	try {
		return await companion.ended
	} finally {
		game.close()
	}
}
