import { Client } from './client.ts'
import type { Pace, Roster, RosterSession } from './commands.ts'
import { readUpdate } from './read-update.ts'
import type { Tally } from './tally.ts'

/** Until the load sends the next figures these are not old enough to be sent again (P52). */
const FIGURES_EVERY_MS = 900
const STATUS_CHANGE = Buffer.from('{"type":"race_status_change"')
const ZONE_UPDATE = Buffer.from('{"type":"zone_update"')

/** One session: its mod and those who watch it. */
export class Player {
	readonly clients: Client[]
	readonly #mod: Client
	readonly #watchers: Watcher[]
	readonly #gates: readonly number[]
	readonly #tally: Tally
	#timer: NodeJS.Timeout | undefined
	#startedMs = 0
	#nextGateMs = Number.POSITIVE_INFINITY
	#passed = 0
	#last = { igtMs: 0, atMs: 0 }
	#onAnswer: (() => void) | undefined

	constructor(session: RosterSession, roster: Roster, tally: Tally) {
		const { id, modToken, shareToken, seed } = session
		const url = `${roster.url}/ws/training/${id}`
		const closed = () => tally.closed++
		this.#tally = tally
		this.#gates = roster.gates[seed]!
		this.#mod = new Client({
			url,
			auth: { type: 'auth', mod_token: modToken },
			greeting: 'zone_update',
			heard: (frame) => {
				if (this.#onAnswer && frame.subarray(0, ZONE_UPDATE.length).equals(ZONE_UPDATE)) this.#onAnswer()
			},
			closed,
		})
		this.#watchers = Array.from({ length: roster.spectatorsEach }, () => {
			const watcher: Watcher = { igtMs: 0, zones: 0, atMs: 0, hasHeardEnd: false, client: undefined }
			const heard = (frame: Buffer) => this.#hear(watcher, frame)
			const auth = { type: 'auth', token: shareToken }
			watcher.client = new Client({ url: `${url}/spectate`, auth, greeting: 'race_state', heard, closed })
			return watcher
		})
		this.clients = [this.#mod, ...this.#watchers.map(({ client }) => client!)]
	}

	async connect(): Promise<void> {
		for (const client of this.clients) await client.connect()
	}

	/** Sends a status every now and then, beginning at any moment of the first pause. */
	play(pace: Pace): void {
		const { statusEveryMs, jitterMs, gateEveryMs } = pace
		this.#startedMs = performance.now() - 1_000
		if (gateEveryMs > 0) this.#nextGateMs = performance.now() + Math.random() * gateEveryMs
		const next = () => {
			this.#timer = setTimeout(next, statusEveryMs + (Math.random() * 2 - 1) * jitterMs)
			this.#sendStatus()
			if (performance.now() < this.#nextGateMs) return
			this.#nextGateMs += gateEveryMs
			this.#passGate(this.#last.igtMs + 1)
		}
		this.#timer = setTimeout(next, Math.random() * statusEveryMs)
	}

	rest(): void {
		clearTimeout(this.#timer)
	}

	/** How many of those who watch lack the newest figures, or a zone. */
	missing(): { figures: number; zones: number } {
		// A gate's frame shows figures too, and its IGT is one higher.
		const isOld = ({ igtMs }: Watcher) => igtMs < this.#last.igtMs
		return {
			figures: this.#watchers.filter(isOld).length,
			zones: this.#watchers.filter(({ zones }) => zones < this.#passed).length,
		}
	}

	finish(): void {
		this.#mod.send(`{"type":"finished","igt_ms":${this.#last.igtMs + 2}}`)
	}

	/** How many of those who watch were not told that the run has ended. */
	get unheardEnds(): number {
		return this.#watchers.filter(({ hasHeardEnd }) => !hasHeardEnd).length
	}

	/** One gate after the other, each once the one before was answered. */
	async race(untilMs: number): Promise<void> {
		while (performance.now() < untilMs) {
			const igtMs = (this.#passed + 1) * 1_000
			const sentMs = performance.now()
			const answered = new Promise<void>((resolve) => (this.#onAnswer = resolve))
			this.#passGate(igtMs)
			await answered
			this.#tally.latenciesMs.push(performance.now() - sentMs)
		}
		this.#onAnswer = undefined
	}

	#sendStatus(): void {
		const now = performance.now()
		const igtMs = Math.round(now - this.#startedMs)
		this.#last = { igtMs, atMs: now }
		this.#tally.statuses++
		this.#mod.send(`{"type":"status_update","igt_ms":${igtMs},"death_count":${this.#passed}}`)
	}

	#passGate(igtMs: number): void {
		const flag = this.#gates[this.#passed % this.#gates.length]!
		this.#passed++
		this.#tally.gates++
		this.#mod.send(`{"type":"event_flag","flag_id":${flag},"igt_ms":${igtMs}}`)
	}

	#hear(watcher: Watcher, frame: Buffer): void {
		const update = readUpdate(frame)
		if (!update) {
			watcher.hasHeardEnd ||= frame.subarray(0, STATUS_CHANGE.length).equals(STATUS_CHANGE)
			return
		}
		const now = performance.now()
		const { igtMs, zones } = update
		this.#tally.updates++
		watcher.igtMs = Math.max(watcher.igtMs, igtMs)
		if (zones !== undefined) {
			watcher.zones = zones
			return this.#tally.noteLength('zones', zones, frame.length)
		}
		this.#tally.noteLength('figures', watcher.zones, frame.length)
		if (igtMs === this.#last.igtMs) {
			if (this.#last.atMs - watcher.atMs >= FIGURES_EVERY_MS)
				this.#tally.latenciesMs.push(now - this.#last.atMs)
			else this.#tally.held++
		}
		watcher.atMs = now
	}
}

type Watcher = {
	client: Client | undefined
	igtMs: number
	/** Gates that it was told of. */
	zones: number
	/** When the last figures came. */
	atMs: number
	hasHeardEnd: boolean
}
