import { close as closes } from '@speedfog/core/protocol/close'
import type { Close } from '@speedfog/core/protocol/close'
import { limits } from '@speedfog/core/protocol/limits'
import type { ToMod } from '@speedfog/core/protocol/mod'
import { readModAuth, readModFrame } from '@speedfog/core/protocol/read-frame'
import { fromMessage } from '@speedfog/core/run/events'
import type { GameplayEvent } from '@speedfog/core/run/run-state'
import { uuidv7 } from 'uuidv7'
import { BadFrames } from '#live/bad-frames.ts'
import type { Timer } from '#live/clock.ts'
import type { Link, Peer } from '#live/link.ts'
import { Message } from '#live/message.ts'
import type { Door } from './admission.ts'
import type { LiveSession } from './live-session.ts'
import type { Mod } from './mod.ts'
import type { Trace } from './trace.ts'

/** Whom a link says it speaks for, before it has proved it. */
export type Claimed = { sessionId: string; address: string }

// What the player sees for three seconds: one line of at most 50 characters each (P2).
const refusals = {
	unknown: 'Invalid mod token or session',
	notActive: 'Training session is not active',
	alreadyConnected: 'Already connected from another client',
} as const

const STORE_IS_FULL = 'The server cannot store this just now'

/** The mod's side of a session: the in-game mod or our companion (protocol, P1 to P40). */
export class Companion implements Peer, Mod {
	readonly connectionId = uuidv7()
	ack = false
	readonly whenGone: Promise<void>
	readonly #door: Door
	readonly #link: Link
	readonly #claimed: Claimed
	#session: LiveSession | undefined
	/** Let in beside the holder, to hand over what an ended run has not got yet (P2). */
	#isGuest = false
	readonly #trace: Trace
	#badFrames: BadFrames | undefined
	/** What it sends is not taken any more, so that nothing later is acknowledged before it (P40). */
	#isTurnedAway = false
	#guestTimer: Timer | undefined
	#resolveGone: () => void = () => {}

	constructor(link: Link, claimed: Claimed, door: Door) {
		this.#link = link
		this.#claimed = claimed
		this.#door = door
		this.#trace = door.traceOf(claimed.sessionId)
		this.whenGone = new Promise((resolve) => (this.#resolveGone = resolve))
	}

	get isWaiting(): boolean {
		return this.#link.isAdmitting
	}

	isAlive(): Promise<boolean> {
		return this.#link.isAlive()
	}

	open(): void {
		this.#link.open()
	}

	tell(text: string): void {
		this.#trace?.debug({ connection: this.connectionId, frame: text }, 'to the mod')
		if (this.#link.bufferedBytes > limits.unreadBytes) return this.close(closes.tooSlow)
		this.#link.send(new Message(text))
	}

	close(close: Close): void {
		this.#trace?.debug({ connection: this.connectionId, code: close.code }, 'the mod is closed')
		this.#link.close(close)
	}

	first(text: string | null): void {
		this.#admit(text).catch((error: unknown) => {
			this.#door.log.warn({ err: error, ...this.ids }, 'a mod could not be let in')
			this.close(closes.tooSlow)
		})
	}

	next(text: string | null): void {
		if (this.#isGuest) this.#startGuestTimer()
		const frame = text === null ? notText : readModFrame(text)
		// As it was read: who sends `auth` twice sends his token twice.
		const said = frame.ok ? frame.message : frame.problem
		this.#trace?.debug({ connection: this.connectionId, said }, 'from the mod')
		if (!frame.ok) return this.#refuseFrame(frame)
		const event = fromMessage(frame.message, { atMs: this.#link.lastHeardMs, ack: this.ack })
		if (event) this.#pass(event)
	}

	gone(): void {
		this.#trace?.debug({ connection: this.connectionId }, 'the mod has gone')
		this.#guestTimer?.cancel()
		if (this.#session) {
			this.#session.leave(this)
			this.#door.letGo(this.#session)
		}
		this.#resolveGone()
	}

	async #admit(text: string | null): Promise<void> {
		const read = text === null ? notText : readModAuth(text)
		if (!read.ok) return this.#refuse(read.problem)
		const { mod_token: token, client } = read.auth
		const { sessionId } = this.#claimed
		if (!this.#door.isModToken(sessionId, token)) return this.#refuse(refusals.unknown)
		this.ack = client?.features.includes('ack') ?? false
		const admission = await this.#door.find(sessionId)
		if (!admission) return this.#refuse(refusals.unknown)
		if (admission.status !== 'active' && !this.ack) return this.#refuse(refusals.notActive)
		const session = await this.#door.acquire(sessionId)
		if (!session) return this.#refuse(refusals.unknown)
		if (!this.isWaiting) return this.#door.letGo(session)
		this.#session = session
		if (session.run.status !== 'active') return this.#visit(session)
		const claimed = await session.claim(this)
		if (claimed === 'occupied') return this.#refuse(refusals.alreadyConnected)
		if (claimed === 'ended' || !(await session.connect(this))) return this.#visit(session)
		this.#door.log.info(this.ids, 'a mod is connected')
	}

	/** P2: of a run that has ended only a client with `ack` is let in, and never in another's place. */
	#visit(session: LiveSession): void {
		if (!this.isWaiting) return
		// Taken by another server at the last moment.
		if (session.run.status === 'active') return this.#refuse(refusals.alreadyConnected)
		if (!this.ack) return this.#refuse(refusals.notActive)
		this.#isGuest = true
		this.#startGuestTimer()
		session.greet(this)
		this.open()
	}

	#refuse(message: string): void {
		this.#door.log.info({ ...this.ids, reason: message }, 'a mod was refused')
		this.tell(write({ type: 'auth_error', message }))
		this.close(closes.forbidden)
	}

	#pass(event: GameplayEvent): void {
		if (this.#isTurnedAway || this.#session?.hear(event, this)) return
		this.tell(write({ type: 'error', message: STORE_IS_FULL }))
		if (!this.ack) return
		// It keeps what is not acknowledged and comes back with it.
		this.#isTurnedAway = true
		this.close(closes.tooSlow)
	}

	#refuseFrame({ problem, seq }: { problem: string; seq?: number | undefined }): void {
		this.#door.traffic.badFrames++
		this.tell(write({ type: 'error', message: problem }))
		if (this.ack && seq !== undefined) this.#pass({ type: 'refused', atMs: this.#link.lastHeardMs, seq })
		this.#badFrames ??= new BadFrames()
		if (this.#badFrames.exceededBy(this.#link.lastHeardMs)) this.close(closes.abuse)
	}

	get ids() {
		const { sessionId: session, address } = this.#claimed
		return { session, address, connection: this.connectionId }
	}

	#startGuestTimer(): void {
		this.#guestTimer?.cancel()
		this.#guestTimer = this.#door.clock.after(limits.endedClientIdleMs, () => this.close(closes.normal))
	}
}

const notText = { ok: false, problem: 'The frame is not text' } as const

function write(frame: ToMod): string {
	return JSON.stringify(frame)
}
