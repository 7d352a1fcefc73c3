import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Stage } from '../stage.ts'
import type { Command, Counted, Finished, Pace, Raced, Rested, Returned, Roster } from './commands.ts'

/** The process that plays mods and spectators. */
export class Load {
	readonly #child: ChildProcess

	constructor(stage: Stage) {
		this.#child = stage.begin('load/generator.ts')
	}

	get pid(): number {
		return this.#child.pid!
	}

	connect(roster: Roster): Promise<void> {
		return this.#tell({ do: 'connect', roster })
	}

	play(pace: Pace): Promise<void> {
		return this.#tell({ do: 'play', pace })
	}

	count(): Promise<Counted> {
		return this.#tell({ do: 'count' })
	}

	rest(): Promise<Rested> {
		return this.#tell({ do: 'rest' })
	}

	finish(withinMs: number): Promise<Finished> {
		return this.#tell({ do: 'finish', withinMs })
	}

	race(seconds: number): Promise<Raced> {
		return this.#tell({ do: 'race', seconds })
	}

	holdOn(): Promise<void> {
		return this.#tell({ do: 'hold_on' })
	}

	allBack(withinMs: number): Promise<Returned> {
		return this.#tell({ do: 'all_back', withinMs })
	}

	async leave(): Promise<void> {
		await this.#tell({ do: 'leave' })
		const gone = once(this.#child, 'exit')
		this.#child.disconnect()
		await gone
	}

	async #tell<Answer>(command: Command): Promise<Answer> {
		const over = new AbortController()
		const answer = once(this.#child, 'message', over)
		const end = once(this.#child, 'exit', over).then(() => {
			throw new Error(`The load ended at "${command.do}"`)
		})
		end.catch(() => {})
		this.#child.send(command)
		try {
			const [message] = (await Promise.race([answer, end])) as [{ answer?: Answer; failure?: string }]
			if (message.failure !== undefined) throw new Error(message.failure)
			return message.answer as Answer
		} finally {
			over.abort()
		}
	}
}
