import { apply, type Watched } from './watched.ts'
import * as igtClock from './igt-clock.ts'
import { openLink, type Link, type LinkState, type Socket } from './link.ts'

const tickMs = 100

/** A run as it is watched: one connection, one state, one clock. Made when a page opens, closed when it goes. */
export class LiveRun {
	link = $state.raw<LinkState>({ is: 'connecting' })
	watched = $state.raw<Watched | null>(null)
	/** In-game time as shown, between updates too. */
	igtMs = $state(0)

	#clock = igtClock.start(0, 0, false)
	readonly #link: Link
	readonly #timer: ReturnType<typeof setInterval>

	/** `shareToken`: of whoever came by a link; the owner's cookie needs none. */
	constructor(sessionId: string, shareToken?: string) {
		this.#link = openLink({
			...(shareToken && { token: shareToken }),
			open: () => new WebSocket(spectateUrl(sessionId)) as Socket,
			onFrame: (frame) => this.#take(apply(this.watched, frame)),
			onState: (state) => (this.link = state),
		})
		this.#timer = setInterval(() => this.#tick(), tickMs)
		addEventListener('online', this.#hurry)
		document.addEventListener('visibilitychange', this.#hurry)
	}

	/** A person asked to try again, after a refusal too. */
	retry = (): void => {
		this.#link.retry()
	}

	close(): void {
		clearInterval(this.#timer)
		removeEventListener('online', this.#hurry)
		document.removeEventListener('visibilitychange', this.#hurry)
		this.#link.close()
	}

	#take(next: Watched | null) {
		const first = this.watched === null
		this.watched = next
		if (!next) return
		const { participant } = next
		const ticking = participant.mod_connected && participant.status === 'playing' && participant.igt_ms > 0
		const nowMs = performance.now()
		this.#clock = first
			? igtClock.start(participant.igt_ms, nowMs, ticking)
			: igtClock.hear(this.#clock, participant.igt_ms, nowMs, ticking)
		this.#tick()
	}

	/** Without a connection nobody knows whether the game goes on: the clock stands. */
	#tick() {
		if (this.link.is !== 'live') return
		const igtMs = igtClock.shown(this.#clock, performance.now())
		// Whole seconds are all that is shown meanwhile: what depends on it need not change oftener.
		this.igtMs = this.#clock.ticking ? igtMs - (igtMs % 1_000) : igtMs
	}

	/** Back online or looked at again: no need to sit out the pause. */
	#hurry = () => {
		if (this.link.is === 'lost' && !document.hidden) this.retry()
	}
}

function spectateUrl(sessionId: string): string {
	const url = new URL(`/ws/training/${encodeURIComponent(sessionId)}/spectate`, location.href)
	url.protocol = url.protocol.replace('http', 'ws')
	return url.href
}
