import { apply } from '@speedfog/core/run/run'
import { close as closes } from '@speedfog/core/protocol/close'
import type { Run, RunEvent, Step, Tell } from '@speedfog/core/run/run-state'
import * as view from '@speedfog/core/run/view'
import type { Clock, Timer } from '#live/clock.ts'
import type { Pacer } from '#live/pacer.ts'
import type { Log } from '#log.ts'
import { Answers } from './answers.ts'
import { Audience } from './audience.ts'
import { Frames } from './frames.ts'
import type { Shown } from './frames.ts'
import { outcomeOf } from './journal.ts'
import type { ConnectedFact, Entry, Journal, Outcome, Teller, Unwritten } from './journal.ts'
import type { Mod } from './mod.ts'
import { runOf } from './relay/message.ts'
import type { Picture, Told } from './relay/message.ts'
import type { StoredRun } from './stored-run.ts'
import type { Trace } from './trace.ts'
import { Turns } from './turns.ts'
import type { Turn, TurnResult } from './turns.ts'

export type RunDeps = {
	clock: Clock
	log: Log
	journal: Journal
	/** Of the figures that spectators are shown. */
	pacer: Pacer
	traceOf(sessionId: string): Trace
}

/** Who knows whether this server may write the run. */
export type Keeper = {
	/** What writes are to name; undefined while this server may not write. */
	readonly fence: number | undefined
	/** Makes this server the one that writes a run that has ended; false when that cannot be. */
	regain(): Promise<boolean>
	/** What is in memory is not what is stored: the database is right. */
	startOver(): Promise<void>
}

/** Of no session. */
const NO_FENCE = -1
const NO_FACTS: readonly ConnectedFact[] = []

/**
 * A run in memory and the one queue through which everything that happens to it passes in order (P23).
 * `run` is what is committed, but for figures. Where another server has the mod, it is a copy.
 */
export class LiveRun implements Teller {
	run: Run
	readonly audience: Audience
	readonly answers: Answers
	modChangedAtMs: number | null = null
	readonly #id: string
	readonly #keeper: Keeper
	readonly #deps: RunDeps
	readonly #shown: Shown
	readonly #turns = new Turns((turn) => this.#take(turn))
	/** The mod that was greeted. */
	#connected: Mod | null = null
	readonly #trace: Trace
	#wake: Timer | undefined
	/** What waits to be written behind, or is on its way. */
	#behind: Unwritten | undefined

	constructor(stored: StoredRun, keeper: Keeper, deps: RunDeps) {
		this.run = stored.run
		this.#id = stored.sessionId
		this.#keeper = keeper
		this.#deps = deps
		this.#trace = deps.traceOf(stored.sessionId)
		const { sessionId, player, seedId, seed } = stored
		const { graph, json: graphJson } = seed
		this.#shown = { sessionId, player, seedId, graph, graphJson, modConnected: false, modChangedAt: null }
		const frames = new Frames(this.#shown)
		this.audience = new Audience(deps.pacer, frames, () => this.run)
		this.answers = new Answers(frames, () => this.run)
	}

	get connected(): Mod | null {
		return this.#connected
	}

	get modConnected(): boolean {
		return this.#shown.modConnected
	}

	/** Nothing waits, in the queue or for the database, or waiting is of no use any more. */
	get isSettled(): boolean {
		return this.#deps.journal.isClosed || (this.#turns.isIdle && !this.#behind)
	}

	/** Something that a mod said; false when so much waits that it was not taken. */
	hear(event: RunEvent, from: Mod): boolean {
		return this.#turns.hear(event, from)
	}

	turn(event: RunEvent, from: Mod | null, isWanted = () => true): Promise<TurnResult> {
		return new Promise((done) => this.#turns.add({ event, from, isWanted, done }))
	}

	/** In the queue, with nothing beside it. It never rejects. */
	work(work: () => Promise<unknown>): Promise<TurnResult> {
		const event: RunEvent = { type: 'wake', atMs: this.#now() }
		return new Promise((done) => this.#turns.add({ event, from: null, work, done }))
	}

	/** A mod has gone. What it said is in the queue before this. */
	leave(mod: Mod): void {
		this.answers.forget(mod)
		const isWanted = () => this.#connected === mod
		this.#turns.add({ event: { type: 'disconnect', atMs: this.#now() }, from: mod, isWanted })
	}

	async settled(): Promise<void> {
		while (!this.isSettled) {
			if (!this.#turns.isIdle || !this.#behind) await this.turn({ type: 'wake', atMs: this.#now() }, null)
			else if (this.#behind) await outcomeOf(this.#behind)
		}
	}

	/** What the server that has the mod shows: one step, or the whole. */
	show(picture: Picture, told: Told | null): void {
		this.run = runOf(this.#shown.graph, this.run, picture)
		this.noteMod(picture.modConnected, picture.modChangedAtMs)
		if (told) this.audience.tell(told)
		else this.audience.tellAll()
	}

	/** The run as it was read again; everybody is told what there is. */
	replace(stored: Run): void {
		const mod = this.#connected
		const wasActive = this.run.status === 'active'
		const connect = { type: 'connect', atMs: this.#now() } as const
		this.run = mod ? apply(this.#shown.graph, stored, connect).run : stored
		this.answers.startOver()
		this.#setWake(null)
		this.audience.tellAll()
		if (!wasActive || this.run.status === 'active' || !mod) return
		this.answers.tellEnd(mod)
		if (this.run.status === 'abandoned') mod.close(closes.normal)
	}

	noteMod(isConnected: boolean, changedAtMs: number | null): void {
		this.#shown.modConnected = isConnected
		this.#shown.modChangedAt = changedAtMs === null ? null : new Date(changedAtMs).toISOString()
		this.modChangedAtMs = changedAtMs
	}

	/** Its mod is not heard any more. */
	forgetMod(): void {
		this.#connected = null
	}

	/** Takes back what would happen later. */
	dispose(): void {
		this.#wake?.cancel()
	}

	#take(turn: Turn): void {
		if (turn.isWanted?.() === false) return turn.done?.('skipped')
		if (turn.work) return this.#turns.pause(turn.work().then(() => turn.done?.('done')))
		if (turn.from && this.#keeper.fence === undefined) {
			// Another server has the mod; this one is being closed.
			if (this.run.status === 'active') return turn.done?.('skipped')
			return this.#turns.pause(this.#regain(turn))
		}
		const step = this.#apply(turn)
		if (!step) return this.#fail(turn)
		this.#trace?.debug({ event: turn.event, store: step.store, facts: step.facts }, 'an event')
		this.#noteConnection(turn)
		if (step.store === 'now') return this.#turns.pause(this.#commit(turn, step))
		if (step.store === 'soon' || isAboutConnection(turn.event)) this.#storeBehind(turn, step)
		this.#accept(turn, step)
	}

	#apply({ event, from }: Turn): Step | undefined {
		try {
			return apply(this.#shown.graph, this.run, event)
		} catch (error) {
			this.#deps.log.error({ err: error, session: this.#id }, 'an event could not be applied')
			const mod = from ?? this.#connected
			mod?.tell(JSON.stringify({ type: 'error', message: 'Something went wrong on the server' }))
			return undefined
		}
	}

	/** A bug of ours. What waited for its time (P18) would stay and be in the way of all that follows. */
	#fail({ event, done }: Turn): void {
		done?.('failed')
		if (event.type === 'wake') this.#turns.pause(this.#keeper.startOver())
	}

	/** P22: told after the commit. Whatever comes meanwhile waits. */
	async #commit(turn: Turn, step: Step): Promise<void> {
		const hadEnded = this.run.status !== 'active'
		const { result, ackSeq } = await this.#deps.journal.write(this.#entry(turn, step))
		this.#trace?.debug({ result, ackSeq, fence: this.#keeper.fence }, 'a commit')
		if (result === 'stored') {
			this.answers.committed(ackSeq)
			this.#accept(turn, step)
			return this.answers.tellDue()
		}
		if (result !== 'given_up') await this.#keeper.startOver()
		// Another server had something to add to the ended run as well: one after the other.
		if (result === 'refused' && hadEnded && turn.from && this.#keeper.fence === undefined)
			return this.#turns.again(turn)
		const mod = turn.from ?? this.#connected
		if (result === 'unstorable')
			mod?.tell(JSON.stringify({ type: 'error', message: 'This could not be stored' }))
		turn.done?.(result === 'refused' ? 'skipped' : 'failed')
	}

	/** Something came for a run that has ended, and this server is not the one that wrote it last. */
	async #regain(turn: Turn): Promise<void> {
		if (await this.#keeper.regain()) this.#turns.again(turn)
		else turn.done?.('failed')
	}

	/** A status comes every second of every run: where figures wait already, the newer ones take their place. */
	#storeBehind(turn: Turn, step: Step): void {
		const behind = this.#behind
		if (
			behind?.isTaken === false &&
			this.#isFigures(turn, step) &&
			behind.entry.fence === this.#keeper.fence
		) {
			behind.entry.run = step.run
			return
		}
		this.#behind = this.#deps.journal.writeSoon(this.#entry(turn, step), this)
	}

	/** What was written behind is stored, or is not going to be. */
	noteStored(one: Unwritten, { result, ackSeq }: Outcome): void {
		if (this.#behind === one) this.#behind = undefined
		this.#trace?.debug({ result, ackSeq }, 'figures were stored')
		if (result === 'stored') {
			this.answers.committed(ackSeq)
			this.answers.tellDue()
		} else if (!this.#turns.isPaused && result !== 'given_up') {
			// Else the figures went with a commit, which learns the same.
			this.#turns.pause(this.#keeper.startOver())
		}
	}

	#accept({ event, from, done }: Turn, step: Step): void {
		const wasActive = this.run.status === 'active'
		this.run = step.run
		this.#setWake(step.wakeAtMs)
		if (event.type === 'connect' && from) this.answers.greet(from)
		for (const tell of step.tells) this.#tell(tell, from ?? this.#connected)
		if (event.type === 'connect') from?.open()
		if (wasActive && this.run.status === 'abandoned') this.#connected?.close(closes.normal)
		done?.('done')
	}

	#tell(tell: Tell, mod: Mod | null): void {
		switch (tell.to) {
			case 'spectators':
				return this.audience.tell(tell.type)
			case 'log':
				return this.#deps.log.info(
					{ session: this.#id, flag: tell.flagId },
					'a flag that the seed does not have',
				)
			case 'mod':
				return mod ? this.answers.tell(tell, mod) : undefined
		}
	}

	#noteConnection({ event, from }: Turn): void {
		if (!isAboutConnection(event)) return
		this.#connected = event.type === 'connect' ? from : null
		this.noteMod(this.#connected !== null, event.atMs)
	}

	#entry(turn: Turn, step: Step): Entry {
		const { run, visits, facts } = step
		const connectionId = (turn.from ?? this.#connected)?.connectionId ?? null
		return {
			sessionId: this.#id,
			fence: this.#keeper.fence ?? NO_FENCE,
			expected: this.run.status,
			run,
			currentLayer: view.currentLayer(this.#shown.graph, run),
			modChangedAtMs: this.modChangedAtMs,
			isFigures: this.#isFigures(turn, step),
			visits,
			facts: facts.length === 0 ? NO_FACTS : facts.map((fact) => ({ ...fact, connectionId })),
		}
	}

	#isFigures({ event }: Turn, { run, visits, facts }: Step): boolean {
		// A fall of the clock begins an era, also when there is no fact of it any more (`limits.facts`).
		const isMore = visits.length > 0 || facts.length > 0 || run.era !== this.run.era
		return event.type === 'status_update' && !isMore
	}

	#setWake(atMs: number | null): void {
		this.#wake?.cancel()
		this.#wake = undefined
		if (atMs === null) return
		this.#wake = this.#deps.clock.after(Math.max(0, atMs - this.#now()), () =>
			this.#turns.add({ event: { type: 'wake', atMs: this.#now() }, from: null }),
		)
	}

	#now(): number {
		return this.#deps.clock.now()
	}
}

function isAboutConnection({ type }: RunEvent): boolean {
	return type === 'connect' || type === 'disconnect'
}
