import type { SessionStatus } from '@speedfog/core/protocol/shapes'
import type { Run, Visit } from '@speedfog/core/run/run-state'
import type { Link } from '#live/link.ts'
import { Message } from '#live/message.ts'
import type { Pacer } from '#live/pacer.ts'
import { Room } from '#live/room.ts'
import type { Frames } from './frames.ts'
import type { Told } from './relay/message.ts'

/** All who watch one session: a room of those who are here, and whoever tells those on other servers. */
export class Audience {
	/** Undefined while nobody watches from another server. */
	tellAfar: ((told: Told) => void) | undefined
	readonly #room: Room
	readonly #frames: Frames
	readonly #run: () => Run
	#shownVisits: readonly Visit[]
	#shownStatus: SessionStatus

	/** `run` gives the newest state. */
	constructor(pacer: Pacer, frames: Frames, run: () => Run) {
		this.#room = new Room(pacer)
		this.#frames = frames
		this.#run = run
		this.#shownVisits = run().visits
		this.#shownStatus = run().status
	}

	/** How many watch here. */
	get size(): number {
		return this.#room.size
	}

	/** P51: what there is and all that comes, with nothing between them. */
	join(link: Link): void {
		const run = this.#run()
		if (this.#room.size === 0) {
			this.#shownVisits = run.visits
			this.#shownStatus = run.status
		}
		link.send(new Message(this.#frames.raceState(run)))
		this.#room.join(link)
		link.open()
	}

	leave(link: Link): void {
		this.#room.leave(link)
	}

	closeAll(close: Parameters<Room['closeAll']>[0]): void {
		this.#room.closeAll(close)
	}

	tell(told: Told): void {
		switch (told) {
			case 'race_status_change':
				this.#tellStatus()
				break
			case 'figures':
				this.#room.tellFigures(this.#write)
				break
			case 'leaderboard_update':
				this.#room.tell(this.#write)
		}
		this.tellAfar?.(told)
	}

	/** After whatever was missed. */
	tellAll(): void {
		this.tell('race_status_change')
		this.tell('leaderboard_update')
	}

	/** Once, also where it is heard of in two ways. */
	#tellStatus(): void {
		const { status } = this.#run()
		if (status === this.#shownStatus) return
		this.#shownStatus = status
		this.#room.tell(() => this.#frames.raceStatusChange(this.#run()))
	}

	/** The newest state, with the visits when they are not what was shown last. */
	readonly #write = (): string => {
		const run = this.#run()
		const withVisits = run.visits !== this.#shownVisits
		this.#shownVisits = run.visits
		return this.#frames.leaderboardForSpectators(run, withVisits)
	}
}
