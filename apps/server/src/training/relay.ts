import type { Bus } from '#live/bus.ts'
import type { Clock, Timer } from '#live/clock.ts'
import { onceMore } from '#live/once-more.ts'
import type { Log } from '#log.ts'
import type { Claims, Standing } from './claims.ts'
import { FarAudience } from './relay/far-audience.ts'
import type { Answer, Known, Picture, RelayMessage, Seen, Told } from './relay/message.ts'
import { Questions } from './relay/questions.ts'
import type { Where } from './stored-run.ts'

/** A session in memory, as far as other servers matter to it. */
export type Relayed = Seen & {
	readonly id: string
	/** The fence it is held with here. */
	readonly fence: number | undefined
	/** Whether somebody here watches. */
	readonly isWatched: boolean
	readonly audience: { tellAfar: ((told: Told) => void) | undefined }
	/** Asks the mod for a sign of life; a session without one is let go of. `leaving` is called if that takes a while. */
	probe(leaving: () => void): Promise<'alive' | 'free'>
	/** In the session's own order; `not_held` where another server has it. */
	abandon(): Promise<'abandoned' | 'not_active' | 'failed' | 'not_held'>
	/** Reads it again, and tells everybody what there is. */
	reread(): Promise<void>
	/** What the server that holds it shows: one step, or (null) the whole. */
	show(picture: Picture, told: Told | null): void
}

export type RelayDeps = {
	bus: Bus
	claims: Claims
	clock: Clock
	log: Log
	/** A session that is being read from the database. */
	loading(sessionId: string): Promise<unknown> | undefined
	/** Who came by the token of this hash is to go. */
	endToken(hash: Buffer): void
	/** Of some tokens the end may not have been told. */
	endMissedTokens(): void
	/** This user's sessions are no more. */
	dismissUser(userId: string): void
}

/** A session that is not held here. */
type Followed = {
	session: Relayed
	where: Where
	/** The last picture from its holder. */
	known: Known | null
	whenKnown: Promise<void>
	isKnown: () => void
}

const ALL = 'speedfog'
/** So long a spectator who comes waits for the newest figures; after that those of the database do. */
const FIRST_PICTURE_MS = 1_000

/** What this server and the others of its database say to each other about sessions. */
export class Relay {
	readonly #deps: RelayDeps
	readonly #sessions = new Map<string, Relayed>()
	readonly #followed = new Map<string, Followed>()
	readonly #audiences = new Map<string, FarAudience>()
	readonly #questions: Questions
	#lastVersion = 0

	constructor(deps: RelayDeps) {
		this.#deps = deps
		const { bus, clock } = deps
		this.#questions = new Questions(clock)
		const receive = (message: string) => this.#receive(message)
		void bus.subscribe(ALL, receive)
		void bus.subscribe(this.#own, receive)
		bus.onGap(() => {
			this.#lookForMissed()
			this.#send(ALL, { type: 'unheard' })
		})
	}

	/** A session has come into memory; it is followed until it is held here. */
	add(session: Relayed, where: Where): void {
		this.#sessions.set(session.id, session)
		this.follow(session, where)
	}

	remove(session: Relayed): void {
		if (this.#sessions.get(session.id) !== session) return
		this.#sessions.delete(session.id)
		this.#unfollow(session.id)
		this.leave(session)
	}

	/** It is held elsewhere, or nowhere. */
	follow(session: Relayed, where: Where): void {
		const before = this.#followed.get(session.id)
		if (before && before.where.holder === where.holder && before.where.fence === where.fence) {
			before.where = where
			// What is shown is what was stored. The holder is asked for more with its next news or the next check: asked
			// at once, one that does not have it would have it read again, and so on without end.
			before.known = null
			return
		}
		before?.isKnown()
		let isKnown = () => {}
		const whenKnown = new Promise<void>((resolve) => (isKnown = resolve))
		this.#followed.set(session.id, { session, where, known: null, whenKnown, isKnown })
		if (session.isWatched) this.watch(session)
	}

	/** Somebody here watches a session: its holder, if another, is asked for every change. */
	watch(session: Relayed): void {
		const followed = this.#followed.get(session.id)
		const holder = followed?.where.holder
		if (!followed || !holder || holder === this.#replica) return
		this.#send(holder, {
			type: 'watching',
			from: this.#replica,
			sessions: [{ session: session.id, known: followed.known }],
		})
	}

	/** Nobody here watches it any more. */
	unwatch(session: Relayed): void {
		const followed = this.#followed.get(session.id)
		if (!followed) return
		followed.known = null
		const { holder } = followed.where
		if (holder) this.#send(holder, { type: 'unwatching', from: this.#replica, session: session.id })
	}

	/** Done when the holder has told how it stands, or will not in time. */
	async whenKnown(session: Relayed): Promise<void> {
		const followed = this.#followed.get(session.id)
		const holder = followed?.where.holder
		if (!followed || !holder || holder === this.#replica || followed.known || !this.#deps.bus.isUp()) return
		this.watch(session)
		let timer: Timer | undefined
		const patience = new Promise<void>((resolve) => {
			timer = this.#deps.clock.after(FIRST_PICTURE_MS, resolve)
		})
		await Promise.race([followed.whenKnown, patience])
		timer?.cancel()
	}

	/** This server has the session now. */
	claimed(session: Relayed): void {
		const { fence } = session
		if (fence === undefined) return
		this.#unfollow(session.id)
		this.#send(ALL, { type: 'claimed', session: session.id, from: this.#replica, fence })
	}

	/** This server does not have the session any more. */
	leave(session: Relayed): void {
		const audience = this.#audiences.get(session.id)
		if (!audience) return
		this.#dropAudience(session.id)
		for (const replica of audience.replicas)
			this.#send(replica, { type: 'gone', session: session.id, from: this.#replica })
	}

	/** The session's row was changed by this server, which does not hold it. */
	changed(sessionId: string): void {
		this.#send(ALL, { type: 'changed', session: sessionId })
	}

	endToken(hash: Buffer): void {
		this.#send(ALL, { type: 'token_ended', hash: hash.toString('hex') })
	}

	dismissUser(userId: string): void {
		this.#send(ALL, { type: 'user_gone', user: userId })
	}

	/** Asks another server whether its mod is alive; no answer in time is one too. */
	ask(holder: string, session: string): Promise<Answer | 'silent'> {
		return this.#questions.ask((number) =>
			this.#send(holder, { type: 'ask', from: this.#replica, number, session }),
		)
	}

	/** Has it abandoned by the server that has it, which may know more than is stored; undefined if that cannot be. */
	async abandon({ id: session }: Relayed): Promise<'abandoned' | 'not_active' | undefined> {
		const holder = this.#followed.get(session)?.where.holder
		if (!holder || holder === this.#replica || !this.#deps.bus.isUp()) return undefined
		const answer = await this.#questions.ask((number) =>
			this.#send(holder, { type: 'abandon', from: this.#replica, number, session }),
		)
		return answer === 'abandoned' || answer === 'not_active' ? answer : undefined
	}

	/** After whatever may have been missed, and every few seconds. */
	readonly checkSoon = onceMore(async () => {
		await this.#check().catch((error: unknown) =>
			this.#deps.log.error({ err: error }, 'other servers could not be asked for news'),
		)
	})

	#lookForMissed(): void {
		this.checkSoon()
		this.#deps.endMissedTokens()
	}

	/** Compares what is known here with what there is: what got lost is found. */
	async #check(): Promise<void> {
		const now = this.#deps.clock.now()
		for (const [sessionId, audience] of this.#audiences)
			if (!audience.expire(now)) this.#dropAudience(sessionId)
		const watched = [...this.#followed.values()].filter(({ session }) => session.isWatched)
		if (watched.length === 0) return
		const standings = await this.#standings(watched.map(({ session }) => session.id))
		const byHolder = new Map<string, Extract<RelayMessage, { type: 'watching' }>>()
		for (const { session, where, known } of watched) {
			if (this.#followed.get(session.id)?.where !== where) continue
			if (standings && this.#isOutdated(where, standings.get(session.id))) {
				void session.reread()
			} else if (where.holder && where.holder !== this.#replica) {
				const message = byHolder.get(where.holder) ?? { type: 'watching', from: this.#replica, sessions: [] }
				message.sessions.push({ session: session.id, known })
				byHolder.set(where.holder, message)
			}
		}
		for (const [holder, message] of byHolder) this.#send(holder, message)
	}

	/** Undefined while the database is away: a holder has its news all the same. */
	#standings(sessionIds: readonly string[]): Promise<Map<string, Standing> | undefined> {
		return this.#deps.claims.standings(sessionIds).catch((error: unknown) => {
			this.#deps.log.warn({ err: error }, 'it is not known which server has what')
			return undefined
		})
	}

	#isOutdated(where: Where, standing: Standing | undefined): boolean {
		if (standing?.status !== where.status || standing.fence !== where.fence) return true
		if (standing.isLive || standing.holder === null) return standing.holder !== where.holder
		return where.holder !== null && this.#deps.claims.canTrustLeases
	}

	get #replica(): string {
		return this.#deps.claims.replica
	}

	get #own(): string {
		return topicOf(this.#replica)
	}

	#send(to: string, message: RelayMessage): void {
		this.#deps.bus.publish(to === ALL ? ALL : topicOf(to), JSON.stringify(message))
	}

	#receive(text: string): void {
		try {
			this.#take(JSON.parse(text) as RelayMessage)
		} catch (error) {
			// A server of another release may say what this one does not know.
			this.#deps.log.error({ err: error }, 'a message of another server could not be handled')
		}
	}

	#take(message: RelayMessage): void {
		switch (message.type) {
			case 'ask':
				return void this.#answer(message)
			case 'answer':
				return this.#questions.hear(message.number, message.answer)
			case 'abandon':
				return void this.#abandon(message)
			case 'watching':
				for (const { session, known } of message.sessions) this.#admit(message.from, session, known)
				return
			case 'unwatching':
				if (this.#audiences.get(message.session)?.remove(message.from) === false)
					this.#dropAudience(message.session)
				return
			case 'news':
				return this.#hearNews(message)
			case 'gone':
				return this.#hearGone(message)
			case 'claimed':
				return this.#whenLoaded(message.session, () => this.#hearClaimed(message))
			case 'changed':
				return this.#whenLoaded(message.session, () => void this.#sessions.get(message.session)?.reread())
			case 'token_ended':
				return this.#deps.endToken(Buffer.from(message.hash, 'hex'))
			case 'user_gone':
				return this.#deps.dismissUser(message.user)
			case 'unheard':
				return this.#lookForMissed()
		}
	}

	async #answer({ from, number, session: id }: Extract<RelayMessage, { type: 'ask' }>): Promise<void> {
		// One that cannot be read is not here.
		await this.#deps.loading(id)?.catch(() => undefined)
		const say = (answer: 'alive' | 'free' | 'leaving') => this.#send(from, { type: 'answer', number, answer })
		const session = this.#sessions.get(id)
		say(session ? await session.probe(() => say('leaving')) : 'free')
	}

	async #abandon({ from, number, session: id }: Extract<RelayMessage, { type: 'abandon' }>): Promise<void> {
		const result = await this.#sessions.get(id)?.abandon()
		const answer = result === 'abandoned' || result === 'not_active' ? result : 'free'
		this.#send(from, { type: 'answer', number, answer })
	}

	#admit(replica: string, sessionId: string, known: Known | null): void {
		const session = this.#sessions.get(sessionId)
		const fence = session?.fence
		if (!session || fence === undefined) {
			// At the end the database learns last that nothing is held here: whoever read it now would believe it.
			if (this.#deps.claims.isClosing) return
			return this.#send(replica, { type: 'gone', session: sessionId, from: this.#replica })
		}
		let audience = this.#audiences.get(sessionId)
		if (!audience) {
			audience = new FarAudience({
				sessionId,
				fence,
				seen: () => session,
				send: (to, news) => this.#send(to, news),
				nextVersion: () => ++this.#lastVersion,
			})
			this.#audiences.set(sessionId, audience)
			session.audience.tellAfar = (told) => this.#audiences.get(sessionId)?.tell(told)
		}
		audience.add(replica, this.#deps.clock.now() + this.#deps.claims.lease.forMs, known)
	}

	#dropAudience(sessionId: string): void {
		this.#audiences.delete(sessionId)
		const session = this.#sessions.get(sessionId)
		if (session) session.audience.tellAfar = undefined
	}

	#hearNews({ session: id, at, after, told, picture }: Extract<RelayMessage, { type: 'news' }>): void {
		const followed = this.#followed.get(id)
		if (!followed || at.fence !== followed.where.fence) return
		const { session, known } = followed
		if (after !== null && after !== known?.version) {
			// Something between was lost, or this was sent before what is known.
			if (known && at.version > known.version) followed.known = null
			return this.watch(session)
		}
		followed.known = at
		followed.where = { ...followed.where, status: picture.status }
		session.show(picture, told)
		followed.isKnown()
	}

	#hearClaimed({ session: id, from, fence }: Extract<RelayMessage, { type: 'claimed' }>): void {
		const session = this.#sessions.get(id)
		if (!session) return
		if (session.fence !== undefined) {
			if (session.fence < fence) void session.reread()
			return
		}
		const followed = this.#followed.get(id)
		if (!followed || followed.where.fence >= fence) return
		this.follow(session, { ...followed.where, holder: from, fence })
	}

	/** All that it had is in the database. */
	#hearGone({ session: id, from }: Extract<RelayMessage, { type: 'gone' }>): void {
		const followed = this.#followed.get(id)
		if (followed?.where.holder === from) void followed.session.reread().then(followed.isKnown)
	}

	#unfollow(sessionId: string): void {
		const followed = this.#followed.get(sessionId)
		if (!followed) return
		if (followed.session.isWatched) this.unwatch(followed.session)
		this.#followed.delete(sessionId)
		followed.isKnown()
	}

	/** A session that is just being read may have been read too early. */
	#whenLoaded(sessionId: string, then: () => void): void {
		const loading = this.#deps.loading(sessionId)
		if (loading) void loading.then(then, () => {})
		else then()
	}
}

function topicOf(replica: string): string {
	return `speedfog ${replica}`
}
