import { refusals } from '@speedfog/core/run/refusals'
import type { Clock } from './clock.ts'
import { createCourier, type Manner } from './report/courier.ts'
import type { Greeting, Progress, RunStatus, Zone } from './report/frames.ts'
import { openLink, type Link, type LinkState } from './report/link.ts'
import type { Outbox } from './report/outbox.ts'
import { memoryOf } from './report/queue.ts'
import { sentences, toRecords } from './report/records.ts'
import type { Scene } from './report/scene.ts'
import type { Auth, PlayFrame } from './report/socket.ts'
import * as tracking from './report/tracker.ts'
import type { Tracker } from './report/tracker.ts'
import { POLL_MS, type Game } from './snapshot.ts'

/** What a person is shown. */
export type View = {
	link: LinkState
	scene: Scene
	igtMs: number
	deaths: number
	zone: Zone | null
	/** Whether the player came there since the connection began; what a greeting tells is no news. */
	isNewZone: boolean
	progress: Progress | null
	totalLayers: number
	status: RunStatus | null
}

export type CompanionEvents = {
	onView(view: View): void
	/** One sentence for people. */
	onSay(sentence: string): void
	/** Before the first poll that counts, and again after each reconnect. */
	onGreeting(greeting: Greeting): void
}

export type CompanionOptions = {
	game: Game
	/** 1 for a real game; a simulated one lives as many times faster as it is polled more often. */
	speed: number
	outbox: Outbox
	manner: Manner
	url: string
	modToken: string
	seedId: string | null
	version: string
	clock: Clock
	random: () => number
}

export type Ending =
	| { end: 'finished' | 'abandoned' }
	/** The server's words, or ours. */
	| { end: 'refused'; why: string }
	| { end: 'stopped' }

export type Companion = { ended: Promise<Ending>; stop(): void }

/** A fast simulated game is polled several times at once instead of more often than this. */
const SHORTEST_WAIT_MS = 5
/** Times the speed. A real game, asked twice at once, would show the same moment twice. */
const MOST_POLLS_AT_ONCE = 2
const OCCUPIED = 'The in-game mod already reports this run; the companion is not needed'

/** Watches a game and reports it until the run has ended. */
export function run(options: CompanionOptions, events: CompanionEvents): Companion {
	const { game, outbox, clock } = options
	const courier = createCourier(outbox, options.manner, clock)
	const view: View = { ...emptyView }
	let tracker = startTracker(0)
	/** Nothing is recorded while another client reports, nor before it is known that none does. */
	let mayRecord = false
	/** The next zone is the one of the greeting (P5). */
	let isGreeted = false
	let link: Link | undefined
	let cancelTick = () => {}
	let settle: (ending: Ending) => void
	const ended = new Promise<Ending>((resolve) => (settle = resolve))

	function startTracker(knownIgtMs: number): Tracker | null {
		const memory = memoryOf(outbox.queue())
		if (memory) game.watch(memory.watch.flags)
		return memory && tracking.start({ ...memory, knownIgtMs })
	}

	function onState(state: LinkState) {
		const wasOccupied = view.link.state === 'waiting' && view.link.occupied
		view.link = state
		switch (state.state) {
			case 'connecting':
				break
			case 'live':
				welcome(state.greeting)
				break
			case 'waiting':
				courier.disconnected()
				mayRecord = !state.occupied
				if (state.occupied) {
					if (!wasOccupied) events.onSay(OCCUPIED)
					// What happens meanwhile is the other's to tell: the next look is a first one.
					outbox.record({ type: 'release' })
					tracker = startTracker(0)
				}
				break
			case 'stopped':
				courier.disconnected()
				finish(state.why === '' ? { end: 'stopped' } : { end: 'refused', why: state.why })
		}
		events.onView(view)
	}

	function welcome(greeting: Greeting) {
		const { watch, startedAtMs, progress, totalLayers, status, spawnItems } = greeting
		if (options.seedId !== null && greeting.seedId !== options.seedId) {
			return finish({ end: 'refused', why: 'The run is on another seed than this pack' })
		}
		const isFirst = view.progress === null
		Object.assign(view, { progress, totalLayers, status })
		isGreeted = true
		if (isFirst && spawnItems.length > 0) events.onSay(tellItems(spawnItems.length))
		if (JSON.stringify(outbox.queue().watch) !== JSON.stringify(watch)) {
			outbox.record({ type: 'watch', watch, startedAtMs })
		}
		events.onGreeting(greeting)
		tracker ??= startTracker(progress.igtMs)
		if (tracker) tracker = tracking.greeted(tracker, { watch, knownIgtMs: progress.igtMs })
		game.watch(watch.flags)
		mayRecord = true
		courier.connected((message) => link?.send(message))
		checkEnd()
	}

	function onFrame(frame: PlayFrame) {
		switch (frame.type) {
			case 'ack':
				courier.acknowledged(frame.seq)
				break
			case 'zone_update':
				view.zone = frame.zone
				view.isNewZone = !isGreeted
				isGreeted = false
				break
			case 'leaderboard_update':
				view.progress = frame.progress
				break
			case 'race_status_change':
				view.status = frame.status
				break
			case 'error':
				events.onSay(`The server says: ${frame.message}`)
				if (frame.message === refusals.oldSave && tracker) act(tracking.oldSave(tracker))
				break
			case 'race_start':
		}
		checkEnd()
		events.onView(view)
	}

	const hasEnded = () => view.status === 'finished' || view.status === 'abandoned'

	/** A run that has ended takes nothing more, but what was kept is still told and answered (P2, P40). */
	function checkEnd() {
		if (view.link.state !== 'live' || !courier.isDone()) return
		if (view.status === 'finished' || view.status === 'abandoned') finish({ end: view.status })
	}

	function finish(ending: Ending) {
		settle(ending)
		cancelTick()
		link?.close()
		if (ending.end === 'refused') view.link = { state: 'stopped', why: ending.why }
		events.onView(view)
	}

	const startedAtMs = clock.now()
	const pollMs = POLL_MS / options.speed
	let polls = 0

	function tick() {
		cancelTick = clock.after(Math.max(SHORTEST_WAIT_MS, pollMs), tick)
		const due = Math.floor((clock.now() - startedAtMs) / pollMs)
		// Polls missed while the PC slept or was busy are not made up for.
		const most = options.speed === 1 ? 1 : MOST_POLLS_AT_ONCE * options.speed
		const first = Math.max(polls, due - most)
		polls = due
		for (let poll = first; poll < due; poll++) look()
	}

	function look() {
		if (!tracker || !mayRecord || hasEnded()) return
		const before = tracker
		act(tracking.see(tracker, game.read(), clock.now()))
		const { loaded, scene } = tracker
		if (loaded === before.loaded && scene === before.scene) return
		Object.assign(view, { scene, igtMs: loaded?.igtMs ?? 0, deaths: loaded?.deaths ?? 0 })
		events.onView(view)
	}

	function act(seen: tracking.Seen) {
		tracker = seen.tracker
		for (const report of seen.reports) {
			if (report.type === 'notice') events.onSay(sentences[report.notice])
		}
		const records = seen.reports.flatMap(toRecords)
		if (records.length === 0) return
		outbox.record(...records)
		courier.wake()
	}

	link = openLink(
		{ url: options.url, auth: authOf(options), clock, random: options.random },
		{ onState, onFrame },
	)
	tick()
	return { ended, stop: () => finish({ end: 'stopped' }) }
}

/** Only what is in the game can give them (C11). */
function tellItems(count: number): string {
	const items = count === 1 ? '1 item of the care package is' : `${count} items of the care package are`
	return `${items} not given by the companion: only the in-game mod can`
}

/** The released mod says nothing of itself. */
function authOf({ modToken, manner, version }: CompanionOptions): Auth {
	if (manner === 'mod') return { mod_token: modToken }
	return { mod_token: modToken, client: { name: 'speedfog-companion', version, features: ['ack'] } }
}

const emptyView: View = {
	link: { state: 'connecting' },
	scene: 'away',
	igtMs: 0,
	deaths: 0,
	zone: null,
	isNewZone: false,
	progress: null,
	totalLayers: 0,
	status: null,
}
