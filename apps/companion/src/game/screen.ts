import type { Snapshot } from '../snapshot.ts'
import type { Memory } from './memory.ts'
import type { Layout } from './offsets.ts'

/** What `menu` shows: two bytes of which each is 1 while its screen is there. */
export function readScreen(memory: Memory, menu: bigint, layout: Layout['menu']): Snapshot['screen'] {
	const bytes = memory.read(menu + BigInt(layout.screen), 2)
	return bytes && toScreen(bytes[0]!, bytes[1]!)
}

/** A save that is being loaded from the title screen has both. */
export function toScreen(loading: number, title: number): Snapshot['screen'] {
	if (loading > 1 || title > 1) return null
	if (title === 1) return 'title'
	return loading === 1 ? 'loading' : 'in_game'
}
