import { Subscriptions } from '../subscriptions.ts'
import type { Bus } from '../bus.ts'

export type Wire = {
	/** Another server's end. */
	join(): WireBus
}

export type WireBus = Bus & {
	/** Cuts this end off, or joins it again. */
	cut(isCut: boolean): void
	/** Drops the next so many messages that this end sends, without anybody noticing. */
	dropNext(count: number): void
	/** All that this end sent. */
	readonly sent: { topic: string; message: string }[]
}

/** A bus within one process, whose losses a test decides. */
export function wire(): Wire {
	const ends = new Set<{ bus: WireBus; subscriptions: Subscriptions }>()
	return {
		join() {
			const subscriptions = new Subscriptions()
			const sent: WireBus['sent'] = []
			let isCut = false
			let isClosed = false
			let drops = 0
			const bus: WireBus = {
				sent,
				publish(topic, message) {
					if (isCut || isClosed) return
					sent.push({ topic, message })
					if (drops > 0) return void drops--
					for (const other of ends)
						if (other.bus !== bus && other.bus.isUp())
							queueMicrotask(() => other.subscriptions.deliver(topic, message))
				},
				async subscribe(topic, receive) {
					subscriptions.add(topic, receive)
					if (isCut) await subscriptions.whenListening()
				},
				onGap: (listener) => subscriptions.onGap(listener),
				isUp: () => !isCut && !isClosed,
				close: async () => {
					isClosed = true
					subscriptions.listening()
					ends.delete(end)
				},
				cut(cut) {
					const wasCut = isCut
					isCut = cut
					if (cut || !wasCut) return
					subscriptions.listening()
					subscriptions.tellGap()
				},
				dropNext: (count) => void (drops = count),
			}
			const end = { bus, subscriptions }
			ends.add(end)
			return bus
		},
	}
}
