import { close as closes } from '@speedfog/core/protocol/close'
import type { Close } from '@speedfog/core/protocol/close'
import type { ToMod } from '@speedfog/core/protocol/mod'
import { apply } from '@speedfog/core/run/run'
import type { Run, RunEvent, Step, Tell, Visit } from '@speedfog/core/run/run-state'
import * as view from '@speedfog/core/run/view'
import type { Clock, Timer } from '#live/clock.ts'
import type { Link } from '#live/link.ts'
import { Message } from '#live/message.ts'
import { Room } from '#live/room.ts'
import type { Log } from '#log.ts'
import { Frames } from './frames.ts'
import type { Shown } from './frames.ts'
import type { ConnectedFact, Entry, Journal, Outcome } from './journal.ts'
import type { StoredRun } from './stored-run.ts'

/** The mod at the other end of a link, as its session knows it. */
export type Mod = {
	readonly connectionId: string
	/** Asked for `ack` (P40). */
	readonly ack: boolean
	/** False once it cannot be let in any more. */
	readonly isWaiting: boolean
	/** Resolves when nothing more can come from it. */
	readonly whenGone: Promise<void>
	isAlive(): Promise<boolean>
	/** It is greeted: what it says is heard from now on. */
	open(): void
	tell(text: string): void
	close(close: Close): void
}

export type SessionDeps = {
	clock: Clock
	log: Log
	journal: Journal
	/** The session as the database has it now; undefined when it is gone. */
	reload(sessionId: string): Promise<StoredRun | undefined>
}

type Turn = {
	event: RunEvent
	/** Who is answered; null stands for the mod that is connected then. */
	from: Mod | null
	/** Asked when the turn comes; false skips it. */
	isWanted?: () => boolean
	/** A change beside the event's own, to be committed. */
	edit?: (run: Run) => Run
	done?: (result: TurnResult) => void
}

type TurnResult = 'done' | 'skipped' | 'failed'

/** What may wait while a commit is under way: the flags of hours, for status updates are joined. */
const MAX_WAITING = 500
const RELOAD_RETRY_MS = 1_000
const NO_FACTS: readonly ConnectedFact[] = []

/**
 * A session in memory: one run, the mod that plays it, those who watch it, and one queue through which
 * everything that happens to the run passes in order (P23). `run` is what is committed, but for figures.
 */
export class LiveSession {
	readonly id: string
	readonly userId: string
	readonly room: Room
	run: Run
	readonly #frames: Frames
	readonly #deps: SessionDeps
	readonly #shown: Shown
	#modChangedAtMs: number | null
	/** Whose session it is (P4). */
	#holder: Mod | null = null
	/** The holder once it is greeted. */
	#connected: Mod | null = null
	#waiting: Turn[] = []
	#isBusy = false
	#wake: Timer | undefined
	/** All up to this `seq` is committed: what an `ack` may say. */
	#committedSeq: number
	#ackDue: Set<Mod> | undefined
	#behind: Promise<Outcome> | undefined
	#isDismissed = false
	#shownVisits: readonly Visit[]

	constructor(stored: StoredRun, deps: SessionDeps) {
		this.id = stored.sessionId
		this.userId = stored.userId
		this.run = stored.run
		this.room = new Room(deps.clock)
		this.#deps = deps
		this.#shown = {
			sessionId: stored.sessionId,
			player: stored.player,
			seedId: stored.seedId,
			graph: stored.seed.graph,
			graphJson: stored.seed.json,
			modConnected: false,
			modChangedAt: textOf(stored.modChangedAtMs),
		}
		this.#modChangedAtMs = stored.modChangedAtMs
		this.#frames = new Frames(this.#shown)
		this.#committedSeq = stored.run.ackSeq
		this.#shownVisits = stored.run.visits
	}

	get modConnected(): boolean {
		return this.#shown.modConnected
	}

	get modChangedAtMs(): number | null {
		return this.#modChangedAtMs
	}

	/** P4, the one place where a mod comes to hold a session: whoever holds it keeps it while it is alive. */
	async claim(mod: Mod): Promise<boolean> {
		for (;;) {
			const holder = this.#holder
			if (holder === null) {
				this.#holder = mod
				return true
			}
			if (await holder.isAlive()) return false
			if (holder === this.#holder) {
				holder.close(closes.replaced)
				await holder.whenGone
			}
			if (!mod.isWaiting) return false
		}
	}

	/** Greets a mod that holds the session; false when the run ended meanwhile. */
	async connect(mod: Mod): Promise<boolean> {
		const isWanted = () => mod.isWaiting && this.run.status === 'active'
		return (await this.#turn({ type: 'connect', atMs: this.#now() }, mod, { isWanted })) === 'done'
	}

	/** A mod has gone. What it said is in the queue before this; a claim that is another's stays. */
	leave(mod: Mod): void {
		this.#ackDue?.delete(mod)
		if (this.#holder === mod) this.#holder = null
		const isWanted = () => this.#connected === mod
		this.#enqueue({ event: { type: 'disconnect', atMs: this.#now() }, from: mod, isWanted })
	}

	/** P5; of a run that has ended, with the status it ended in (P2). */
	greet(mod: Mod): void {
		mod.tell(this.#frames.authOk(this.run))
		mod.tell(write({ type: 'race_start' }))
		mod.tell(this.#frames.currentZoneUpdate(this.run))
		if (this.run.status !== 'active') mod.tell(this.#frames.raceStatusChange(this.run))
		if (mod.ack) mod.tell(write({ type: 'ack', seq: this.#committedSeq }))
	}

	/** P51: what there is and all that comes, with nothing between them. */
	watch(link: Link): void {
		if (this.#isDismissed) return link.close(closes.notFound)
		if (this.room.size === 0) this.#shownVisits = this.run.visits
		link.send(new Message(this.#frames.raceState(this.run)))
		this.room.join(link)
		link.open()
	}

	/** Something that a mod said; false when so much waits that it was not taken. */
	hear(event: RunEvent, from: Mod): boolean {
		if (!this.#isBusy && this.#waiting.length === 0) {
			this.#take({ event, from })
		} else if (!this.#joinsLast(event, from)) {
			if (this.#waiting.length >= MAX_WAITING) return false
			this.#waiting.push({ event, from })
		}
		return true
	}

	async abandon(): Promise<'abandoned' | 'not_active' | 'failed'> {
		const isWanted = () => this.run.status === 'active'
		const result = await this.#turn({ type: 'abandon', atMs: this.#now() }, null, { isWanted })
		if (result === 'failed') return 'failed'
		// A finish that was held may have come first (P18).
		return result === 'done' && this.run.status === 'abandoned' ? 'abandoned' : 'not_active'
	}

	async markSimulated(): Promise<'marked' | 'not_active' | 'mod_connected' | 'failed'> {
		const isWanted = () => this.run.status === 'active' && !this.modConnected
		const edit = (run: Run): Run => ({ ...run, simulated: true })
		const result = await this.#turn({ type: 'wake', atMs: this.#now() }, null, { isWanted, edit })
		if (result === 'done') return 'marked'
		if (result === 'failed') return 'failed'
		return this.modConnected ? 'mod_connected' : 'not_active'
	}

	/** Resolves when nothing waits any more, in the queue or for the database. */
	async settled(): Promise<void> {
		while (this.#isBusy || this.#waiting.length > 0 || this.#behind) {
			if (this.#isBusy || !this.#behind) await this.#turn({ type: 'wake', atMs: this.#now() }, null)
			else await this.#behind
		}
	}

	/** Its rows are gone: everybody is sent away, and nobody is let in any more. */
	dismiss(): void {
		this.#isDismissed = true
		this.#connected?.close(closes.normal)
		this.room.closeAll(closes.notFound)
	}

	/** Takes back what would happen later: the session is not used any more. */
	dispose(): void {
		this.#wake?.cancel()
	}

	#turn(event: RunEvent, from: Mod | null, more: Pick<Turn, 'isWanted' | 'edit'> = {}): Promise<TurnResult> {
		return new Promise((done) => this.#enqueue({ event, from, ...more, done }))
	}

	#enqueue(turn: Turn): void {
		if (this.#isBusy || this.#waiting.length > 0) this.#waiting.push(turn)
		else this.#take(turn)
	}

	/** Between flags only the newest of the status updates that wait counts, unless something fell (P11, P22). */
	#joinsLast(event: RunEvent, from: Mod): boolean {
		const last = this.#waiting.at(-1)
		if (event.type !== 'status_update' || last?.event.type !== 'status_update' || last.from !== from)
			return false
		if (event.igtMs < last.event.igtMs || event.deaths < last.event.deaths) return false
		last.event = event
		return true
	}

	#goOn(): void {
		this.#isBusy = false
		while (!this.#isBusy) {
			const turn = this.#waiting.shift()
			if (!turn) return
			this.#take(turn)
		}
	}

	#take(turn: Turn): void {
		if (turn.isWanted?.() === false) return turn.done?.('skipped')
		const step = this.#apply(turn)
		if (!step) return turn.done?.('failed')
		this.#noteConnection(turn)
		if (step.store === 'now') {
			this.#isBusy = true
			void this.#commit(turn, step)
			return
		}
		// Between commits a status is the one thing that comes often: no promise is made for it.
		if (step.store === 'soon' || isAboutConnection(turn.event)) this.#storeBehind(this.#entry(turn, step))
		this.#accept(turn, step)
	}

	#apply({ event, from, edit }: Turn): Step | undefined {
		try {
			const step = apply(this.#shown.graph, this.run, event)
			return edit ? { ...step, run: edit(step.run), store: 'now' } : step
		} catch (error) {
			this.#deps.log.error({ err: error, session: this.id }, 'an event could not be applied')
			from?.tell(write({ type: 'error', message: 'Something went wrong on the server' }))
			return undefined
		}
	}

	/** P22: told after the commit. Whatever comes meanwhile waits. */
	async #commit(turn: Turn, step: Step): Promise<void> {
		const outcome = await this.#deps.journal.write(this.#entry(turn, step))
		if (outcome.result === 'stored') {
			this.#committedSeq = Math.max(this.#committedSeq, outcome.ackSeq)
			this.#accept(turn, step)
			this.#tellAcksDue()
		} else {
			await this.#startOver(outcome)
			const message = 'This could not be stored'
			if (outcome.result === 'unstorable') turn.from?.tell(write({ type: 'error', message }))
			turn.done?.(outcome.result === 'refused' ? 'skipped' : 'failed')
		}
		this.#goOn()
	}

	#storeBehind(entry: Entry): void {
		const outcome = this.#deps.journal.writeSoon(entry)
		if (outcome === this.#behind) return
		this.#behind = outcome
		void outcome.then((settled) => this.#noteStored(outcome, settled))
	}

	async #noteStored(behind: Promise<Outcome>, outcome: Outcome): Promise<void> {
		if (this.#behind === behind) this.#behind = undefined
		if (outcome.result === 'stored') {
			this.#committedSeq = Math.max(this.#committedSeq, outcome.ackSeq)
			this.#tellAcksDue()
		} else if (!this.#isBusy) {
			// While busy the figures went with a commit, which learns the same.
			this.#isBusy = true
			await this.#startOver(outcome)
			this.#goOn()
		}
	}

	#accept({ event, from, done }: Turn, step: Step): void {
		const wasActive = this.run.status === 'active'
		this.run = step.run
		this.#setWake(step.wakeAtMs)
		if (event.type === 'connect' && from) this.greet(from)
		for (const tell of step.tells) this.#tell(tell, from ?? this.#connected)
		if (event.type === 'connect') from?.open()
		if (wasActive && this.run.status === 'abandoned') this.#connected?.close(closes.normal)
		done?.('done')
	}

	#tell(tell: Tell, mod: Mod | null): void {
		const { run, room } = this
		const frames = this.#frames
		switch (tell.to) {
			case 'spectators':
				if (tell.type === 'race_status_change') return room.tell(() => frames.raceStatusChange(run))
				if (tell.type === 'figures') return room.tellFigures(this.#writeForSpectators)
				return room.tell(this.#writeForSpectators)
			case 'log':
				return this.#deps.log.info(
					{ session: this.id, flag: tell.flagId },
					'a flag that the seed does not have',
				)
			case 'mod':
				return mod ? this.#tellMod(tell, mod) : undefined
		}
	}

	#tellMod(tell: Exclude<Tell, { to: 'spectators' } | { to: 'log' }>, mod: Mod): void {
		switch (tell.type) {
			case 'zone_update':
				return mod.tell(this.#frames.zoneUpdate(this.run, tell.nodeId))
			case 'old_save':
				return mod.tell(this.#frames.oldSaveUpdate(this.run, tell.nodeId))
			case 'error':
				return mod.tell(write({ type: 'error', message: tell.message }))
			case 'leaderboard_update':
				return mod.tell(this.#frames.leaderboardForMod(this.run))
			case 'race_status_change':
				return mod.tell(this.#frames.raceStatusChange(this.run))
			case 'ack':
				if (this.#committedSeq < tell.seq) return void (this.#ackDue ??= new Set()).add(mod)
				this.#ackDue?.delete(mod)
				return mod.tell(write({ type: 'ack', seq: this.#committedSeq }))
		}
	}

	#tellAcksDue(): void {
		if (!this.#ackDue || this.#ackDue.size === 0) return
		for (const mod of this.#ackDue) mod.tell(write({ type: 'ack', seq: this.#committedSeq }))
		if (this.#committedSeq >= this.run.ackSeq) this.#ackDue.clear()
	}

	/** The newest state, with the visits when they are not what was shown last. */
	readonly #writeForSpectators = (): string => {
		const { visits } = this.run
		const withVisits = visits !== this.#shownVisits
		this.#shownVisits = visits
		return this.#frames.leaderboardForSpectators(this.run, withVisits)
	}

	#noteConnection({ event, from }: Turn): void {
		if (!isAboutConnection(event)) return
		this.#connected = event.type === 'connect' ? from : null
		this.#shown.modConnected = this.#connected !== null
		this.#shown.modChangedAt = textOf(event.atMs)
		this.#modChangedAtMs = event.atMs
	}

	#entry({ from, event }: Turn, { run, visits, facts }: Step): Entry {
		const connectionId = (from ?? this.#connected)?.connectionId ?? null
		return {
			sessionId: this.id,
			expected: this.run.status,
			run,
			currentLayer: view.currentLayer(this.#shown.graph, run),
			modChangedAtMs: this.#modChangedAtMs,
			isFigures: event.type === 'status_update' && visits.length === 0 && facts.length === 0,
			visits,
			facts: facts.length === 0 ? NO_FACTS : facts.map((fact) => ({ ...fact, connectionId })),
		}
	}

	#setWake(atMs: number | null): void {
		if (this.#wake) this.#wake.cancel()
		this.#wake = undefined
		if (atMs === null) return
		this.#wake = this.#deps.clock.after(Math.max(0, atMs - this.#now()), () =>
			this.#enqueue({ event: { type: 'wake', atMs: this.#now() }, from: null }),
		)
	}

	/** What is in memory was not stored: the database is right, and everybody is told what it has. */
	async #startOver({ result }: Outcome): Promise<void> {
		if (result === 'given_up') return
		const stored = await this.#reload()
		if (!stored) {
			this.#connected?.close(closes.forbidden)
			return this.room.closeAll(closes.notFound)
		}
		const { graph } = this.#shown
		const wasActive = this.run.status === 'active'
		this.run = this.#connected
			? apply(graph, stored.run, { type: 'connect', atMs: this.#now() }).run
			: stored.run
		this.#committedSeq = this.run.ackSeq
		if (wasActive && this.run.status !== 'active') this.#tellEnd()
		else this.room.tell(this.#writeForSpectators)
	}

	/** Somebody else ended the run: by another server, or in the database. */
	#tellEnd(): void {
		const { run } = this
		const frames = this.#frames
		this.room.tell(() => frames.raceStatusChange(run))
		this.room.tell(this.#writeForSpectators)
		this.#connected?.tell(frames.raceStatusChange(run))
		this.#connected?.tell(frames.leaderboardForMod(run))
		if (run.status === 'abandoned') this.#connected?.close(closes.normal)
	}

	async #reload(): Promise<StoredRun | undefined> {
		for (;;) {
			try {
				return await this.#deps.reload(this.id)
			} catch (error) {
				this.#deps.log.warn({ err: error, session: this.id }, 'a session could not be read again')
				await new Promise<void>((resolve) => this.#deps.clock.after(RELOAD_RETRY_MS, resolve))
			}
		}
	}

	#now(): number {
		return this.#deps.clock.now()
	}
}

function isAboutConnection({ type }: RunEvent): boolean {
	return type === 'connect' || type === 'disconnect'
}

function textOf(ms: number | null): string | null {
	return ms === null ? null : new Date(ms).toISOString()
}

function write(frame: ToMod): string {
	return JSON.stringify(frame)
}
