/** Who listens to which topic of a bus here, and who waits for the bus to listen. */
export class Subscriptions {
	readonly #receivers = new Map<string, ((message: string) => void)[]>()
	readonly #gapListeners: (() => void)[] = []
	#waiting: (() => void)[] = []

	get topics(): string[] {
		return [...this.#receivers.keys()]
	}

	add(topic: string, receive: (message: string) => void): void {
		const receivers = this.#receivers.get(topic)
		if (receivers) receivers.push(receive)
		else this.#receivers.set(topic, [receive])
	}

	deliver(topic: string, message: string): void {
		for (const receive of this.#receivers.get(topic) ?? []) receive(message)
	}

	onGap(listener: () => void): void {
		this.#gapListeners.push(listener)
	}

	tellGap(): void {
		for (const listener of this.#gapListeners) listener()
	}

	/** Resolves with the next call of `listening`. */
	whenListening(): Promise<void> {
		return new Promise((resolve) => this.#waiting.push(resolve))
	}

	/** Every topic is listened to now. */
	listening(): void {
		for (const resolve of this.#waiting.splice(0)) resolve()
	}
}
