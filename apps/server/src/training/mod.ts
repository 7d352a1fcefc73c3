import type { Close } from '@speedfog/core/protocol/close'

/** The mod at the other end of a link, as its session knows it. */
export type Mod = {
	readonly connectionId: string
	/** Asked for `ack` (P40). */
	readonly ack: boolean
	/** False once it cannot be let in any more. */
	readonly isWaiting: boolean
	/** Resolves when nothing more can come from it. */
	readonly whenGone: Promise<void>
	isAlive(): Promise<boolean>
	/** It is greeted: what it says is heard from now on. */
	open(): void
	tell(text: string): void
	close(close: Close): void
}
