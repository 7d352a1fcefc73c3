import type { ToMod } from '@speedfog/core/protocol/mod'
import type { Run, Tell } from '@speedfog/core/run/run-state'
import type { Frames } from './frames.ts'
import type { Mod } from './mod.ts'

type ForMod = Exclude<Tell, { to: 'spectators' } | { to: 'log' }>

/** What mods are told of one session, and what may be acknowledged. */
export class Answers {
	readonly #frames: Frames
	readonly #run: () => Run
	/** All up to this `seq` is committed: what an `ack` may say (P40). */
	#committedSeq: number
	#due: Set<Mod> | undefined

	/** `run` gives the newest state. */
	constructor(frames: Frames, run: () => Run) {
		this.#frames = frames
		this.#run = run
		this.#committedSeq = run().ackSeq
	}

	/** P5; of a run that has ended, with the status it ended in (P2). */
	greet(mod: Mod): void {
		const run = this.#run()
		mod.tell(this.#frames.authOk(run))
		mod.tell(write({ type: 'race_start' }))
		mod.tell(this.#frames.currentZoneUpdate(run))
		if (run.status !== 'active') mod.tell(this.#frames.raceStatusChange(run))
		if (mod.ack) this.#acknowledge(mod)
	}

	tell(tell: ForMod, mod: Mod): void {
		const run = this.#run()
		switch (tell.type) {
			case 'zone_update':
				return mod.tell(this.#frames.zoneUpdate(run, tell.nodeId))
			case 'old_save':
				return mod.tell(this.#frames.oldSaveUpdate(run, tell.nodeId))
			case 'error':
				return mod.tell(write({ type: 'error', message: tell.message }))
			case 'leaderboard_update':
				return mod.tell(this.#frames.leaderboardForMod(run))
			case 'race_status_change':
				return mod.tell(this.#frames.raceStatusChange(run))
			case 'ack':
				if (this.#committedSeq < tell.seq) return void (this.#due ??= new Set()).add(mod)
				this.#due?.delete(mod)
				return this.#acknowledge(mod)
		}
	}

	/** Somebody else ended the run: by another server, or in the database. */
	tellEnd(mod: Mod): void {
		mod.tell(this.#frames.raceStatusChange(this.#run()))
		mod.tell(this.#frames.leaderboardForMod(this.#run()))
	}

	/** Nothing more for this one. */
	forget(mod: Mod): void {
		this.#due?.delete(mod)
	}

	committed(seq: number): void {
		this.#committedSeq = Math.max(this.#committedSeq, seq)
	}

	/** The run was read again: what is stored counts, and nothing else. */
	startOver(): void {
		this.#committedSeq = this.#run().ackSeq
	}

	tellDue(): void {
		if (!this.#due || this.#due.size === 0) return
		for (const mod of this.#due) this.#acknowledge(mod)
		if (this.#committedSeq >= this.#run().ackSeq) this.#due.clear()
	}

	#acknowledge(mod: Mod): void {
		mod.tell(write({ type: 'ack', seq: this.#committedSeq }))
	}
}

function write(frame: ToMod): string {
	return JSON.stringify(frame)
}
