/**
 * Carries messages between the servers of one database. Each arrives at most once, and those of one sender
 * in the order they were sent; a server never hears itself. What may have been lost shows as a gap.
 */
export type Bus = {
	/** Goes out within milliseconds, together with its neighbours. Never waits, never throws. */
	publish(topic: string, message: string): void
	/** Resolves when what is published from now on elsewhere will arrive; while the bus is away, when it is back. */
	subscribe(topic: string, receive: (message: string) => void): Promise<void>
	/** `listener` is called whenever messages may have been lost, to us or from us, once they get through again. */
	onGap(listener: () => void): void
	isUp(): boolean
	close(): Promise<void>
}

/** What may wait to be sent: more means that the bus does not keep up, and is dropped as while it is away. */
export const MAX_WAITING = 50_000

/** A connection that stands still this long without saying so is given up. */
export const CHECK = { everyMs: 10_000, withinMs: 5_000 }

export const RETRY_MS = { first: 100, longest: 2_000 }

/** For a server that has its database to itself: there is nobody to talk to. */
export function alone(): Bus {
	return {
		publish() {},
		subscribe: async () => {},
		onGap() {},
		isUp: () => true,
		close: async () => {},
	}
}
