import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Game } from '../snapshot.ts'
import { createMeter, type Meter } from './cost.ts'
import type { GameProcess, System } from './memory.ts'
import { prepare, STARTING, type Preparation } from './preparation.ts'
import { createReader, type Reader } from './reader.ts'

export type MemoryGameOptions = {
	system: System
	clock: Clock
	/** One sentence for the player, said once. */
	say: (sentence: string) => void
	/** One sentence for the log alone. */
	note?: ((sentence: string) => void) | undefined
	/** What is missing before the game can be read, each time another thing; null when it can. */
	onWaiting?: (what: string | null) => void
	/** Default: lets everything else run that is due. */
	pause?: () => Promise<void>
}

type Preparing = {
	stage: 'preparing'
	process: GameProcess
	preparation: Preparation
	sinceMs: number
	waitingFor: string
}

type Life =
	| { stage: 'absent'; waitingFor: string }
	| Preparing
	| { stage: 'running'; process: GameProcess; reader: Reader; meter: Meter }

const LOOK_EVERY_MS = 1_000
/** While a game is read: another one may have been started, or the anti-cheat. */
const LOOK_AFTER_EVERY_MS = 5_000
/** What is not understood after this will hardly be. */
const PATIENCE_MS = 60_000
const RETRY_EVERY_MS = 10_000

const NOT_STARTED = 'Elden Ring to be started'

/** The real game: found, read, and found again when it was closed and started elsewhere. */
export function openMemoryGame(options: MemoryGameOptions): Game {
	const { system, clock, say, note = () => {}, onWaiting = () => {}, pause = setImmediate } = options
	let life: Life = { stage: 'absent', waitingFor: NOT_STARTED }
	let watched: readonly number[] = []
	let said = ''
	let announced: string | null = null
	let isClosed = false
	let cancelLook = () => {}

	function tell(sentence: string) {
		if (sentence !== said) say(sentence)
		said = sentence
	}

	/** Nothing that is known of a process is true of another one. */
	function enter(next: Life) {
		if (life.stage !== 'absent' && (next.stage === 'absent' || next.process !== life.process)) {
			life.process.close()
		}
		life = next
		announce()
	}

	function announce() {
		const waitingFor = life.stage === 'running' ? null : life.waitingFor
		if (waitingFor !== announced) onWaiting(waitingFor)
		announced = waitingFor
	}

	async function attend() {
		lookAround()
		if (life.stage === 'preparing') await advance(life)
		if (!isClosed) plan()
	}

	function plan() {
		cancelLook()
		cancelLook = clock.after(waitMs(), () => void attend())
	}

	function waitMs(): number {
		if (life.stage === 'running') return LOOK_AFTER_EVERY_MS
		return life.stage === 'preparing' && isOverdue(life) ? RETRY_EVERY_MS : LOOK_EVERY_MS
	}

	/** Takes up the newest game, and leaves one that has ended. */
	function lookAround() {
		const { candidates, antiCheat } = system.look()
		if (antiCheat !== null) {
			tell(
				`The anti-cheat is running (${antiCheat}): the companion stays away from the game until it has ended.`,
			)
			return enter({ stage: 'absent', waitingFor: 'the anti-cheat to end' })
		}
		if (life.stage !== 'absent' && !life.process.isRunning()) {
			enter({ stage: 'absent', waitingFor: NOT_STARTED })
		}
		let waitingFor = NOT_STARTED
		for (const candidate of candidates) {
			const { pid, startedAt } = candidate
			if (life.stage !== 'absent' && life.process.pid === pid && life.process.startedAt === startedAt) return
			const attachment = system.attach(candidate)
			switch (attachment.state) {
				case 'attached': {
					const { process } = attachment
					said = ''
					const preparation = prepare(process, pause)
					return enter({
						stage: 'preparing',
						process,
						preparation,
						sinceMs: clock.now(),
						waitingFor: STARTING,
					})
				}
				case 'refused':
					tell(attachment.why)
					waitingFor = 'leave to read Elden Ring'
					break
				case 'no_game':
					waitingFor = STARTING
			}
		}
		if (life.stage === 'absent') enter({ stage: 'absent', waitingFor })
	}

	async function advance(preparing: Preparing) {
		const { process, preparation } = preparing
		const prepared = await preparation.advance()
		if (life !== preparing) return
		if (prepared.state === 'not_yet') {
			preparing.waitingFor = prepared.waitingFor
			announce()
			if (prepared.problem !== null && isOverdue(preparing)) tell(prepared.problem)
			return
		}
		if (prepared.warning !== null) tell(prepared.warning)
		const meter = createMeter(process, () => performance.now(), note)
		const reader = createReader(meter.memory, prepared.statics, prepared.layout)
		reader.watch(watched)
		enter({ stage: 'running', process, reader, meter })
	}

	function isOverdue({ sinceMs }: Preparing): boolean {
		return clock.now() - sinceMs > PATIENCE_MS
	}

	announce()
	void attend()
	return {
		watch(flags) {
			watched = flags
			if (life.stage === 'running') life.reader.watch(flags)
		},
		read() {
			if (life.stage !== 'running') return { state: 'waiting', waitingFor: life.waitingFor }
			const { reader, meter } = life
			const snapshot = meter.look(
				() => reader.read(),
				({ flags }) => flags.size > 0,
			)
			const isReadable = snapshot.screen !== null || snapshot.igtMs !== null
			if (isReadable || life.process.isRunning()) return { state: 'read', snapshot }
			enter({ stage: 'absent', waitingFor: NOT_STARTED })
			plan()
			return { state: 'waiting', waitingFor: NOT_STARTED }
		},
		close() {
			isClosed = true
			cancelLook()
			enter({ stage: 'absent', waitingFor: NOT_STARTED })
		},
	}
}
